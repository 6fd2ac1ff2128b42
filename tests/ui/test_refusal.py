"""Why the car did not do something: said in the driver's language by code and blocking signal, not in the HAL's own."""

import pytest

from carservices.signals import Code
from carservices.testing import car
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_ui import i18n, refusal
from carservices_ui.store import Outcome, Store
from tests.ui.links import linked, outcome, until
from tests.ui.states import PARKED

CALLS = ("UNAVAILABLE", "TIMEOUT", "INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "UNSUPPORTED", "INTERNAL")
TAILGATE, LOCK = "Vehicle.Body.Trunk.Rear.IsOpen", "Vehicle.Body.Trunk.Rear.IsLocked"
CABLE = "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.FrontRight.IsChargingCableConnected"


@pytest.fixture(autouse=True)
def german():
    i18n.set_language("de")
    yield
    i18n.set_language("en")


@pytest.mark.parametrize("code", [*(code.name for code in Code if code is not Code.OK), *CALLS])
def test_every_code_has_words_of_its_own(code):
    assert refusal.why(Outcome(False, code=code, reason="english"), Store()) == i18n.t(f"refusal.{code}")


def test_a_service_is_quoted_in_the_drivers_language_only():
    said = Outcome(False, code="NOT_FOUND", reason="Dorthin führt kein Weg.", language="de")
    assert refusal.why(said, Store()) == "Dorthin führt kein Weg."
    i18n.set_language("fr")
    assert refusal.why(said, Store()) == "il n’existe plus"


def test_at_the_bench_a_wrong_argument_is_told_with_its_cure():
    wrong = Outcome(False, code="INVALID_ARG", reason="story.toml:3: temperature: at most 55")
    assert refusal.full(wrong, Store()) == "story.toml:3: temperature: at most 55 (INVALID_ARG)"
    gone = Outcome(False, code="NOT_FOUND", reason="no such thing")
    assert refusal.full(gone, Store()) == f"{refusal.why(gone, Store())} (NOT_FOUND · no such thing)"


async def test_the_signal_in_the_way_is_said_as_the_car_has_it():
    async with car(EmulatorHal(EmulatorOptions(scenario="parked"))) as c:
        with linked(c.run_dir) as store:

            async def why(path, value):
                refused = await outcome(store, lambda on: store.set(path, value, on))
                assert not refused.ok
                return refusal.why(refused, store)

            await until(store, lambda: store.get(CABLE) is False and store.get(LOCK) is not None)
            assert await why("Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging", "START") == (
                "es steckt kein Ladekabel"
            )
            assert (await outcome(store, lambda on: store.set(LOCK, True, on))).ok
            assert await why(TAILGATE, True) == "es ist verriegelt; erst entriegeln"
            await c.control("emulator", "fail", path=LOCK, mode="silent")
            await until(store, lambda: store.get(LOCK) is None)
            assert await why(LOCK, False) == "es antwortet nicht und ist vielleicht defekt"


def test_a_developer_reads_what_the_car_itself_says(drive):
    driver = drive(language="de", developer=True)
    driver.store.put_stream("driving.state", PARKED)
    driver.frames(2)
    driver.cockpit.ui.refused(Outcome(False, code="NOT_AVAILABLE_DISABLED", reason="the relay is open"))
    assert driver.cockpit.banner.text.splitlines() == [
        "Nicht möglich: was dazu nötig ist, ist ausgeschaltet",
        "NOT_AVAILABLE_DISABLED · the relay is open",
    ]
    driver.cockpit.ui.preferences.developer = False
    driver.cockpit.ui.refused(Outcome(False, code="NOT_AVAILABLE_DISABLED", reason="the relay is open"))
    assert "relay" not in driver.cockpit.banner.text
