"""The sky of each WMO weather code (WMO 4677 as Open-Meteo uses it): text and symbol."""

from typing import Final

SKY: Final[dict[int, tuple[str, str]]] = {
    0: ("clear", "sunny"),
    1: ("mostly_clear", "partly_cloudy_day"),
    2: ("partly_cloudy", "partly_cloudy_day"),
    3: ("overcast", "cloud"),
    **dict.fromkeys((45, 48), ("fog", "foggy")),
    **dict.fromkeys((51, 53, 55), ("drizzle", "rainy")),
    **dict.fromkeys((56, 57, 66, 67), ("freezing_rain", "weather_mix")),
    61: ("light_rain", "rainy"),
    63: ("rain", "rainy"),
    65: ("heavy_rain", "rainy"),
    **dict.fromkeys((71, 77), ("light_snow", "weather_snowy")),
    73: ("snow", "weather_snowy"),
    75: ("heavy_snow", "weather_snowy"),
    **dict.fromkeys((80, 81), ("showers", "rainy")),
    82: ("heavy_showers", "rainy"),
    **dict.fromkeys((85, 86), ("snow_showers", "weather_snowy")),
    95: ("thunderstorm", "thunderstorm"),
    **dict.fromkeys((96, 99), ("hail", "thunderstorm")),
}
"""Code → key of the text, and Material symbol."""
UNKNOWN: Final = ("unknown", "cloud")


def sky(code: float | None) -> tuple[str, str]:
    return UNKNOWN if code is None else SKY.get(int(code), UNKNOWN)
