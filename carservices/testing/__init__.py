"""A whole car in one process, for tests: hub, HALs and services, each on the real bus.

async with car(VirtualHal.of(config)) as c:
    await c.until("Vehicle.Speed", 50.0)
"""

import asyncio
import contextlib
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from carservices.api import BoundStream, Contract
from carservices.bus import Car
from carservices.bus.identity import Grants, create_secret, read_secret, token_for, write_grants
from carservices.hal import Hal
from carservices.hub.host import HalHost
from carservices.hub.hub import Hub
from carservices.services.runner import begin
from carservices.signals import Value

PATIENCE = 20.0
"""Seconds a test waits for what must come; long, because only a broken car uses them up."""
SERVICE_GRANTS = Grants(read=("**",), actuate=("**",), call=("*",), control=("hal.**",))
SOURCE_GRANTS = replace(SERVICE_GRANTS, provide=("**",))
"""Of a service, which may be the source of signals too."""
HAL_GRANTS = Grants()

M = TypeVar("M")
AnyHal = Hal[Any] | type[Hal[Any]]
Wanted = Any | Callable[[Any], bool]


class HubThread:
    """A hub in a thread of its own that can be stopped and started like a process."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self._hub: Hub | None = None
        self._thread: threading.Thread | None = None

    @property
    def hub(self) -> Hub:
        assert self._hub is not None, "the hub is stopped"
        return self._hub

    def start(self) -> None:
        self._hub = Hub(self.run_dir)
        self._thread = threading.Thread(target=self._hub.run, name="hub")
        self._thread.start()

    def stop(self) -> None:
        if self._hub is not None and self._thread is not None:
            self._hub.stop()
            self._thread.join()
            self._hub = self._thread = None


class TestCar:
    """What `car` yields: a developer tool's connection, the parts, and ways to wait and to break things."""

    __test__ = False

    def __init__(self, car: Car, hub: HubThread, run_dir: Path, secret: str) -> None:
        self.car = car
        self.hub = hub
        self.run_dir = run_dir
        self._secret = secret
        self._hals: dict[str, asyncio.Task[None]] = {}
        self._cars: list[Car] = []
        self._grants: dict[str, Grants] = {}
        self._services: dict[str, tuple[Car, Contract, asyncio.Task[None]]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.car, name)

    async def until(self, path: str, wanted: Wanted, timeout: float = PATIENCE) -> Value:
        """Wait until a signal has this value (or fulfils this condition on it) and return it."""
        done: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        last: list[Value] = []

        def see(value: Value) -> None:
            last[:] = [value]
            if not done.done() and (wanted(value.value) if callable(wanted) else value.value == wanted):
                done.set_result(value)

        watch = await self.car.watch([path], see)
        try:
            return await asyncio.wait_for(done, timeout)
        except TimeoutError:
            raise AssertionError(f"{path} never became {wanted}; last: {last[0] if last else 'nothing'}") from None
        finally:
            await watch.close()

    async def until_state(self, stream: BoundStream[M], wanted: Callable[[M], bool], timeout: float = PATIENCE) -> M:
        """Wait until a service's stream says a state that fulfils the condition and return it."""
        done: asyncio.Future[M] = asyncio.get_running_loop().create_future()
        last: list[M | None] = [None]

        def see(state: M | None) -> None:
            last[0] = state
            if state is not None and not done.done() and wanted(state):
                done.set_result(state)

        watch = await stream.watch(see)
        try:
            return await asyncio.wait_for(done, timeout)
        except TimeoutError:
            raise AssertionError(f"no such state came; last: {last[0]}") from None
        finally:
            await watch.close()

    async def connect(self, name: str, grants: Grants = SERVICE_GRANTS) -> Car:
        """One more connection, with just these grants."""
        self._grant(name, grants)
        car = await Car.connect(self.run_dir, name=name, token=token_for(self._secret, name))
        self._cars.append(car)
        return car

    async def start_hal(self, hal: AnyHal, name: str | None = None) -> str:
        """Run a HAL; returns its name once the hub knows its signals."""
        if isinstance(hal, type):
            hal = hal(hal.Options())
        name = name or type(hal).__name__.removesuffix("Hal").lower()
        connection = await self.connect(f"hal.{name}", HAL_GRANTS)
        ready = asyncio.Event()
        task = asyncio.create_task(HalHost(connection, hal).run(ready.set), name=f"hal.{name}")
        self._hals[name] = task
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not ready.is_set():
            await task
        await self.car.call("hub", "hals")  # answered after the news of the signals: `configs` has them now
        return name

    async def kill_hal(self, name: str) -> None:
        """The HAL's process is gone, as the hub sees it."""
        task = self._hals.pop(name)
        task.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        finally:
            await self._leave(f"hal.{name}")

    async def start_service(self, service: type[Contract]) -> Contract:
        """Run a service and wait until it takes calls."""
        implementation = service()
        connection = await self.connect(implementation.name, SOURCE_GRANTS)
        await begin(implementation, connection)
        running = asyncio.create_task(implementation.run(), name=implementation.name)
        self._services[implementation.name] = (connection, implementation, running)
        return implementation

    async def kill_service(self, name: str) -> None:
        _, implementation, running = self._services.pop(name)
        running.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await running
        finally:
            await implementation.stop()
            await self._leave(name)

    async def _leave(self, name: str) -> None:
        for car in [c for c in self._cars if c.name == name]:
            self._cars.remove(car)
            await car.close()

    def _grant(self, name: str, grants: Grants) -> None:
        self._grants[name] = grants
        write_grants(self.run_dir, self._grants)

    def check(self) -> None:
        """Raise what a HAL or a service died of."""
        for task in (*self._hals.values(), *(running for _, _, running in self._services.values())):
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error

    async def close(self) -> None:
        """Stop all of it, also when one part fails on the way; raises what failed first."""
        async with contextlib.AsyncExitStack() as parts:
            parts.push_async_callback(self.car.close)
            for car in self._cars:
                parts.push_async_callback(car.close)
            for name in self._hals:
                parts.push_async_callback(self.kill_hal, name)
            for name in self._services:
                parts.push_async_callback(self.kill_service, name)


@contextlib.asynccontextmanager
async def car(hal: AnyHal | Sequence[AnyHal] = (), services: Sequence[type[Contract]] = ()) -> AsyncIterator[TestCar]:
    """Start a car with these HALs and services, and stop all of it at the end."""
    run_dir = Path(tempfile.mkdtemp(prefix="car"))
    create_secret(run_dir)
    secret = read_secret(run_dir)
    hub = HubThread(run_dir)
    hub.start()
    try:
        connection = await Car.connect(run_dir)
        test_car = TestCar(connection, hub, run_dir, secret)
        try:
            for one in [hal] if isinstance(hal, Hal | type) else hal:
                await test_car.start_hal(one)
            for service in services:
                await test_car.start_service(service)
            yield test_car
            test_car.check()
        finally:
            await test_car.close()
    finally:
        hub.stop()
        shutil.rmtree(run_dir, ignore_errors=True)
