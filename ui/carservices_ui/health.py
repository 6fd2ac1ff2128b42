"""How the car's health looks and reads: icons and colours by severity, ages, values in the driver's units."""

from typing import Any

from carservices.api.diagnostics import (
    CarHealth,
    CodeStatus,
    Diagnostics,
    DriveOn,
    Explanation,
    Offer,
    Phase,
    Reading,
    Severity,
    TroubleCode,
    Verdict,
    Words,
)
from carservices.api.notifications import Quantity
from carservices_ui.i18n import language, t
from carservices_ui.notices import say_quantity
from carservices_ui.restrictions import Restrictions
from carservices_ui.ui import Ui
from carservices_ui.units import duration

STREAM = f"{Diagnostics.name}.health"

SEVERITIES = {
    Severity.CRITICAL: ("error", "alert"),
    Severity.SERIOUS: ("warning", "heat"),
    Severity.MINOR: ("info", "accent"),
    Severity.INFO: ("info", "text2"),
}
"""Icon and colour token."""
VERDICTS = {
    Verdict.GOOD: ("check_circle", "energy"),
    Verdict.NOTED: ("info", "accent"),
    Verdict.SERVICE: ("warning", "heat"),
    Verdict.STOP: ("error", "alert"),
    Verdict.UNKNOWN: ("help", "text2"),
}
DRIVE_ON = {
    DriveOn.NO: ("stop_circle", "alert"),
    DriveOn.CAREFULLY: ("warning", "heat"),
    DriveOn.YES: ("check", "energy"),
}
PHASES = {Phase.SCANNING: "health.scanning", Phase.CLEARING: "health.clearing", Phase.REPAIRING: "health.repairing"}
DAY = 86_400.0


def tone(code: TroubleCode) -> tuple[str, str]:
    """Icon and colour of a fault; one that is over is calm whatever it was."""
    if code.status is CodeStatus.HEALED:
        return "check_circle", "energy"
    icon, color = SEVERITIES[code.severity]
    return icon, "text2" if code.status is CodeStatus.STORED else color


def explain(ui: Ui, code: TroubleCode) -> Explanation:
    """In the driver's language, cut to what may be read now."""
    words, restrictions = code.say(language()), ui.restrictions
    return Explanation(
        title=restrictions.text(words.title),
        text=restrictions.text(words.text),
        action=_whole_sentences(words.action, restrictions),
    )


def _whole_sentences(words: str, restrictions: Restrictions) -> str:
    """An instruction is not broken off: as many sentences as may be read, at least a part of the first."""
    kept = ""
    for sentence in words.split(". "):
        longer = f"{kept}. {sentence}" if kept else sentence
        if kept and restrictions.text(longer) != longer:
            return f"{kept}."
        kept = longer
    return restrictions.text(kept)


def offer(repair: Offer) -> Words:
    """A repair in the driver's language."""
    return repair.texts.get(language()) or repair.texts["en"]


def place(code: TroubleCode) -> str:
    """``BMS · P0A7E-98``."""
    return f"{code.ecu} · {code.code}"


def age(seconds: float) -> str:
    """``12 min``, ``1 h 05``, ``3 days``."""
    if seconds < DAY:
        return duration(max(60.0, seconds))
    days = int(seconds // DAY)
    return t("health.days", n=days) if days > 1 else duration(seconds)


def checked(health: CarHealth, now: float) -> str:
    """When the last scan was, or what goes on."""
    if health.phase in PHASES:
        return t(PHASES[health.phase], unit=health.busy_with).strip()
    if health.scanned is None:
        return t("health.scanned_never")
    seconds = now - health.scanned
    return t("health.scanned_now") if seconds < 60 else t("health.scanned", age=age(seconds))


def value(ui: Ui, reading: Reading) -> str:
    """A value of a freeze frame, in the driver's units."""
    if isinstance(reading.value, bool | str) or reading.unit is None:
        return str(reading.value)
    return say_quantity(ui, Quantity(value=reading.value, unit=reading.unit))


def label(reading: Reading) -> str:
    """Its name in the driver's language."""
    return reading.labels.get(language()) or reading.labels["en"]


def call(ui: Ui, method: str, **arguments: Any) -> None:
    """Ask the service for work; a refusal is told."""
    ui.store.call(Diagnostics, method, ui.ended, **arguments)
