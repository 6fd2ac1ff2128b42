"""What is too low or too fast looks it wherever it is shown, and no value leaves its gauge or pretends to be one."""

import pytest
from kivy.metrics import dp

from carservices.api.navigation import Position, Source
from carservices.services.navigation.guide.guide import SPEEDOMETER
from carservices.signals import Value
from carservices_ui.look import color
from carservices_ui.panel import edit
from carservices_ui.screens.guidance_speed import TOLERATED, SpeedChip
from carservices_ui.screens.home_energy import PowerCard
from carservices_ui.screens.range_gauge import BATTERY, CHARGE, Charge, RangeGauge
from carservices_ui.streams import POSITION
from carservices_ui.ui import BATTERY_POWER


@pytest.mark.parametrize(
    ("charge", "tone"), [(100.0, "energy"), (15.0, "energy"), (14.9, "heat"), (4.9, "alert"), (0.0, "alert")]
)
@pytest.mark.parametrize(("screen", "places"), [("home", 2), ("energy", 1)])
def test_a_low_charge_looks_it_wherever_it_is_shown(drive, screen, places, charge, tone):
    driver = drive(screen=screen)
    for percent, wanted in ((charge, tone), (80.0, "energy"), (charge, tone)):
        driver.put({CHARGE: percent})
        shown = [tuple(one.value.color) for one in driver.widgets(Charge)]
        assert shown == [color(wanted)] * places
        (gauge,) = driver.widgets(RangeGauge)
        assert gauge.tones[1] == wanted


@pytest.mark.parametrize("metres", [0, 999_400, 1_234_000, 9_999_000])
@pytest.mark.parametrize("screen", ["home", "energy"])
def test_any_range_stays_within_the_ring(drive, screen, metres):
    driver = drive(screen=screen, scale=1.3)
    driver.put({f"{BATTERY}.Range": metres})
    (gauge,) = driver.widgets(RangeGauge)
    stroke = dp(16)
    assert 0 < gauge.range.width < gauge.width - 3 * stroke


def test_without_a_power_the_bar_shows_none(drive):
    driver = drive(screen="home")
    (card,) = driver.widgets(PowerCard)
    driver.put({"Vehicle.Powertrain.ElectricMotor.MaxPower": 160, BATTERY_POWER: -20_000.0})
    assert card.bar.filled
    driver.put({BATTERY_POWER: None})
    assert not card.bar.filled


def test_who_is_not_guided_sees_that_he_is_too_fast(drive):
    driver = drive(screen="home")
    (chip,) = driver.widgets(SpeedChip)
    calm = tuple(chip.value.color)
    place = Position(
        lat=53.5,
        lon=13.2,
        bearing=0.0,
        speed_kmh=0.0,
        accuracy_m=1.0,
        street="Ring",
        limit_kmh=50,
        on_road=True,
        source=Source.GNSS,
        time=0,
    )
    driver.store.put_stream(POSITION, place)
    driver.until(lambda: chip.sign.parent is not None)
    for speed, looks in ((50.0, calm), (55.0, calm), (56.0, color("alert")), (None, calm), (90.0, color("alert"))):
        driver.put({"Vehicle.Speed": speed})
        assert tuple(chip.value.color) == looks
    driver.store.put_stream(POSITION, place.model_copy(update={"limit_kmh": None}))
    driver.frames(3)
    assert tuple(chip.value.color) == calm


def test_guided_or_not_the_same_speed_is_too_fast():
    assert TOLERATED == SPEEDOMETER


def test_no_minus_stands_before_a_zero_in_the_table():
    assert edit.short(Value("Vehicle.Acceleration.Lateral", -0.0001, 0)) == "0"
    assert edit.short(Value("Vehicle.Acceleration.Lateral", -0.5, 0)) == "-0.5"
