"""Why the car did not do what the person asked, in the driver's language: by the code and the blocking signal."""

from carservices.signals import Code, Datum, Status
from carservices_ui import i18n
from carservices_ui.i18n import t
from carservices_ui.store import Outcome, Store

BLOCKED: tuple[tuple[str, Datum | None, str], ...] = (
    (".IsLocked", True, "refusal.locked"),
    (".IsOpen", True, "refusal.open"),
    (".IsChargingCableConnected", True, "refusal.cable"),
    (".IsChargingCableConnected", False, "refusal.no_cable"),
    (".IsCharging", True, "refusal.charging"),
    (".LowVoltageSystemState", None, "refusal.car_off"),
    (".LightSwitch", None, "refusal.lights_off"),
    (".HVAC.Station.Row1.Driver.FanSpeed", None, "refusal.climate_off"),
    (".IsWindowChildLockEngaged", True, "refusal.child_lock"),
    (".CurrentGear", None, "refusal.not_parked"),
    (".SelectedGear", None, "refusal.not_parked"),
    (".Brake.PedalPosition", None, "refusal.brake"),
    (".CruiseControl.IsEnabled", False, "refusal.cruise_off"),
)
"""End of the blocking signal's path, the value with which it blocks (None: any) and the words for that."""


def why(outcome: Outcome, store: Store) -> str:
    """A sentence; a HAL's own stays with `detail`, that of a service is taken if it is in the driver's language."""
    if not outcome.code:
        return outcome.reason or t("control.no_car")
    if outcome.blocking and (words := _blocked(outcome.blocking, store)):
        return words
    if outcome.code not in Code.__members__ and outcome.language == i18n.language():
        return outcome.reason
    return i18n.words(f"refusal.{outcome.code}", t("refusal.NOT_AVAILABLE"))


def detail(outcome: Outcome, said: str) -> str:
    """For a developer: the code, the blocking signal and what the refuser says, unless that is what was `said`."""
    return " · ".join(filter(None, (outcome.code, outcome.blocking, outcome.reason if outcome.reason != said else "")))


def full(outcome: Outcome, store: Store) -> str:
    """Both, for the bench: ``it is locked; unlock it first (NOT_AVAILABLE · Vehicle…IsLocked · …)``.

    Of an argument that is wrong only the refuser can say how to mend it.
    """
    said = outcome.reason if outcome.code == "INVALID_ARG" and outcome.reason else why(outcome, store)
    more = detail(outcome, said)
    return f"{said} ({more})" if more else said


def _blocked(path: str, store: Store) -> str:
    """What the signal in the way says of itself; empty if that tells nothing."""
    signal = store.value(path)
    if signal is None:
        return ""
    if signal.status is not Status.AVAILABLE:
        return t("refusal.silent")
    for end, value, key in BLOCKED:
        if path.endswith(end) and value in (None, signal.value):
            return t(key)
    return ""
