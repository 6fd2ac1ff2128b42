"""The bus thread: asyncio and the car in the background, values into the store, sets and calls out of it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from threading import Thread
from typing import Any

import uvloop

from carservices.api.contract import Contract, Stream
from carservices.bus import CallError, Car, CarError, SetFailed, Watch
from carservices.signals import Code, Datum, Value
from carservices_ui.store import OnOutcome, Outcome, Store

log = logging.getLogger(__name__)

SPEED, PLACE, CLOCK = "Vehicle.Speed", "Vehicle.CurrentLocation.**", "Vehicle.CurrentLocation.Timestamp"
FAST = (SPEED, PLACE, f"!{CLOCK}")
MOVING_HZ, STANDING_HZ = 20.0, 10.0
"""Of `FAST`; the highest rate that anybody wants wakes the source, the hub and us."""
WATCHES = (
    (("**", f"!{SPEED}", f"!{PLACE}"), 10.0),
    ((CLOCK,), 1.0),
)
"""Globs and Hz of the others: nothing on the glass needs more than 10 Hz, except the speed and the map. A receiver's
clock never stands still, and would wake a parked car's display ten times a second.
"""
RETRY_SECONDS = 0.5


class Link:
    """Connects as `name`, watches every signal and the streams of `contracts`; the car may come, go and come back."""

    def __init__(self, store: Store, run_dir: Path, name: str, contracts: tuple[type[Contract], ...]) -> None:
        self._store = store
        self._run_dir = run_dir
        self._name = name
        self._contracts = contracts
        self._car: Car | None = None
        self._moving = False
        self._loop = uvloop.new_event_loop()
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = Thread(target=self._run, name="bus", daemon=True)
        store.backend = self

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def close(self) -> None:
        """Leave the bus and wait for the thread to end."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5.0)

    def set(self, path: str, value: Datum, on_outcome: OnOutcome) -> None:
        """Actuate; `on_outcome` comes from the bus thread once the echo confirms or somebody refuses."""

        async def run(car: Car) -> Any:
            handle = await car.set(path, value)
            return await handle.confirmed()

        self.ask(run, on_outcome)

    def call(self, contract: type, method: str, arguments: dict[str, Any], on_outcome: OnOutcome) -> None:
        """Call a service."""

        async def run(car: Car) -> Any:
            return await getattr(car.service(contract), method)(**arguments)

        self.ask(run, on_outcome)

    def ask(self, work: Callable[[Car], Coroutine[Any, Any, Any]], on_outcome: OnOutcome) -> None:
        """Anything else that a car can be asked; `on_outcome` comes from the bus thread with what `work` returns."""

        def begin() -> None:
            task = self._loop.create_task(self._finish(work, on_outcome))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self._loop.call_soon_threadsafe(begin)

    async def _finish(self, work: Callable[[Car], Coroutine[Any, Any, Any]], on_outcome: OnOutcome) -> None:
        if self._car is None:
            on_outcome(Outcome(False))
            return
        try:
            on_outcome(Outcome(True, await work(self._car)))
        except SetFailed as error:
            on_outcome(Outcome(False, code=error.code.name, reason=error.reason, blocking=error.blocking))
        except CallError as error:
            on_outcome(_refused(error))
        except (CarError, TimeoutError) as error:
            on_outcome(Outcome(False, reason=str(error)))
        except Exception as error:  # whatever it was, the control must not stay pending
            log.exception("a set or call failed")
            on_outcome(Outcome(False, reason=str(error)))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        try:
            await self._stay_connected()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stay_connected(self) -> None:
        while not self._stop.is_set():
            try:
                async with await Car.connect(self._run_dir, name=self._name) as car:
                    await self._follow(car)
            except CarError as error:
                log.info("no car yet: %s", error)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), RETRY_SECONDS)

    async def _follow(self, car: Car) -> None:
        """Until we leave; once this far, the car itself comes back after a restart of the hub."""
        self._car = car  # before the first value, which may be set at once
        try:
            car.on_connection(self._store.put_link)
            for globs, rate in WATCHES:
                await car.watch(globs, self._store.put, rate=rate)
            car.spawn(self._watch_fast(car))
            for contract in self._contracts:
                await self._watch_streams(car, contract)
            self._store.put_link(car.connected)
            await self._stop.wait()
        finally:
            self._car = None

    async def _watch_fast(self, car: Car) -> None:
        """Faster while the car moves."""
        turned = asyncio.Event()

        def see(value: Value) -> None:
            if value.path == SPEED and self._moving is not bool(value.value):
                self._moving = bool(value.value)
                turned.set()
            self._store.put(value)

        before: Watch | None = None
        while True:
            turned.clear()
            watch = await car.watch(FAST, see, rate=MOVING_HZ if self._moving else STANDING_HZ)
            if before is not None:
                await before.close()
            before = watch
            await turned.wait()

    async def _watch_streams(self, car: Car, contract: type[Contract]) -> None:
        service = car.service(contract)
        for name, stream in vars(contract).items():
            if isinstance(stream, Stream):
                topic = f"{contract.name}.{name}"
                await getattr(service, name).watch(lambda state, topic=topic: self._store.put_stream(topic, state))


def _refused(error: CallError) -> Outcome:
    status = error.status(Code.OK)
    return Outcome(
        False,
        code=error.code if status is Code.OK else status.name,
        reason=error.message,
        blocking=error.details.get("blocking"),
        language=error.details.get("language", "en"),
    )
