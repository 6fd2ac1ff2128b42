"""The energy service: watches power and speed, keeps the books of the trip, and publishes them once a second."""

import asyncio
import logging
import time
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from carservices.api.energy import Energy, Trip
from carservices.api.state import StateFile
from carservices.services.energy.integrator import BATTERY, IGNITION, PATHS, Integrator
from carservices.services.energy.ledger import Ledger
from carservices.signals import Status, Value

SOC = f"{BATTERY}.StateOfCharge.Displayed"
RANGE = "Vehicle.Powertrain.Range"
CAR_START = "Vehicle.StartTime"
ON = ("ON", "START")
RATE = 10.0
"""Hz of continuous signals; a car emulated in fast motion moves on by seconds between two readings."""
PERIOD = 1.0
"""s between two publications."""
SAVE_PERIOD = 30.0
"""s of the trip that may be lost when the process is killed."""

log = logging.getLogger(__name__)
STORED = TypeAdapter(Ledger)


class EnergyService(Energy):
    """A trip begins when the car is switched on, says so itself, or `reset` is called.

    It goes on over a restart of the service.
    """

    def __init__(self, state_dir: Path | None = None) -> None:
        self._file = StateFile("energy", "trip.json", state_dir)
        self._ledger = self._restored()
        self._integrator = Integrator()
        self._soc: float | None = None
        self._range: float | None = None
        self._ignition: str | None = None
        self._published: Trip | None = None
        self._saved_at = time.monotonic()

    async def start(self) -> None:
        self._integrator.tick(time.monotonic_ns())
        self.car.on_connection(self._on_connection)
        await self.car.watch([*PATHS, SOC, RANGE, CAR_START], self._on_value, rate=RATE)
        self._update()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            self._update()
            if time.monotonic() - self._saved_at >= SAVE_PERIOD:
                self._save()

    async def stop(self) -> None:
        self._update()
        self._save()

    async def reset(self) -> None:
        self._collect()
        self._ledger.begin(time.time())
        self._update()
        self._save()

    def _on_connection(self, connected: bool) -> None:
        if not connected:
            self._integrator.tick(time.monotonic_ns())
            self._integrator.forget()

    def _on_value(self, value: Value) -> None:
        self._integrator.take(value, time.monotonic_ns())
        known = value.value if value.status is Status.AVAILABLE else None
        if value.path == IGNITION and isinstance(known, str):
            if known in ON and self._ignition is not None and self._ignition not in ON:
                self._collect()
                self._ledger.begin(time.time())
            self._ignition = known
        elif value.path == CAR_START and isinstance(known, str):
            if self._ledger.car_start not in (None, known):
                self._collect()
                self._ledger.begin(time.time())
            self._ledger.car_start = known
        elif value.path == SOC:
            self._soc = float(known) if isinstance(known, float | int) else None
        elif value.path == RANGE:
            self._range = float(known) if isinstance(known, float | int) else None

    def _collect(self) -> None:
        self._integrator.tick(time.monotonic_ns())
        taken = self._integrator.collect()
        self._ledger.unobserved += taken.unobserved
        self._ledger.add(taken.amounts, self._soc, self._range)

    def _update(self) -> None:
        self._collect()
        trip = self._ledger.trip()
        if trip != self._published:
            self._published = trip
            self.trip.publish(trip)

    def _restored(self) -> Ledger:
        text = self._file.read()
        try:
            return STORED.validate_json(text) if text else Ledger(start=time.time())
        except ValidationError as error:
            log.warning("%s is damaged (%s): a new trip begins", self._file.path, error.errors()[0]["msg"])
            return Ledger(start=time.time())

    def _save(self) -> None:
        self._saved_at = time.monotonic()
        self._file.write(STORED.dump_json(self._ledger).decode())
