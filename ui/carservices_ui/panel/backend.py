"""What the panel asks of a car beyond what the shell asks: configs, HALs, their own commands, injected values."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from carservices.api.pilot import Pilot
from carservices.api.speech import Speech
from carservices.bus import CallError, Car
from carservices.signals import Datum, SignalConfig, Status
from carservices_ui.link import Link
from carservices_ui.store import Backend, OnOutcome, Store


@dataclass(frozen=True)
class Survey:
    """What there is: signals on offer, HALs by name, and the one that is an emulator with its own `status`."""

    configs: dict[str, SignalConfig] = field(default_factory=dict)
    hals: tuple[str, ...] = ()
    emulator: str | None = None
    status: dict[str, Any] = field(default_factory=dict)


class PanelBackend(Backend, Protocol):
    """A `Backend` for developers; `PanelLink` for a real car, a fake in tests."""

    def survey(self, on_outcome: OnOutcome) -> None:
        """The outcome's result is a `Survey`."""

    def control(self, hal: str, verb: str, arguments: dict[str, Any], on_outcome: OnOutcome) -> None:
        """A command to a HAL itself."""

    def inject(self, path: str, value: Datum | None, status: Status, on_outcome: OnOutcome) -> None:
        """Let the hub say that the source had said so."""

    @property
    def following(self) -> bool:
        """Whether the panel lets the emulated car follow the navigation."""
        return False

    def follow(self, hal: str, on: bool, on_outcome: OnOutcome) -> None:
        """Let it, or no longer."""

    def miss_turn(self, hal: str, on_outcome: OnOutcome) -> None:
        """Let it take another way at the next turn."""


class PanelLink(Link):
    """The panel's bus thread; it needs the right to control HALs."""

    def __init__(self, store: Store, run_dir: Path, name: str) -> None:
        super().__init__(store, run_dir, name, (Speech,))
        self._pilot: Pilot | None = None

    @property
    def following(self) -> bool:
        return self._pilot is not None and self._pilot.following

    def follow(self, hal: str, on: bool, on_outcome: OnOutcome) -> None:
        async def run(car: Car) -> None:
            if self._pilot is not None:
                await self._pilot.stop()
            self._pilot = Pilot(car, hal) if on else None
            if self._pilot is not None:
                await self._pilot.start()

        self.ask(run, on_outcome)

    def miss_turn(self, hal: str, on_outcome: OnOutcome) -> None:
        self.ask(lambda car: Pilot(car, hal).miss_turn(), on_outcome)

    def survey(self, on_outcome: OnOutcome) -> None:
        self.ask(_survey, on_outcome)

    def control(self, hal: str, verb: str, arguments: dict[str, Any], on_outcome: OnOutcome) -> None:
        self.ask(lambda car: car.control(hal, verb, **arguments), on_outcome)

    def inject(self, path: str, value: Datum | None, status: Status, on_outcome: OnOutcome) -> None:
        self.ask(lambda car: car.inject(path, value, status), on_outcome)


async def _survey(car: Car) -> Survey:
    """The emulator is the HAL whose answer to ``status`` says what one may choose."""
    configs = await car.configs()
    hals = tuple(hal["name"] for hal in await car.call("hub", "hals"))
    for hal in hals:
        try:
            status = await car.control(hal, "status")
        except CallError:
            continue
        if isinstance(status, dict) and "choices" in status:
            return Survey(configs, hals, hal, status)
    return Survey(configs, hals)
