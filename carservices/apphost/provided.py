"""Signals of which apps are the source: each belongs to one app at a time, and is unavailable without it."""

import asyncio
import time
from typing import Final

from carservices.bus import CallError, Car
from carservices.bus.offers import Offers
from carservices.signals import Access, Catalogue, ChangeMode, Datum, SignalConfig
from carservices.signals.check import check

PERIOD: Final = 0.1
"""s between two values of one app that reach the car; the newest of each signal counts."""


class Provided:
    """What all apps provide, on the host's own connection. A HAL of the car goes before."""

    def __init__(self, car: Car) -> None:
        self._offers = Offers(car)
        self._owners: dict[str, str] = {}

    async def claim(self, app: str, path: str) -> SignalConfig:
        """The signal is this app's from now on. Raises CallError NOT_FOUND, ALREADY_EXISTS."""
        if path not in Catalogue.default():
            raise CallError("NOT_FOUND", f"there is no signal {path}: `carservices signals list` shows what there is")
        if self._owners.get(path, app) != app:
            raise CallError("ALREADY_EXISTS", f"{self._owners[path]} provides {path} already")
        self._owners[path] = app
        config = Catalogue.default().config(path, access=Access.READ, change_mode=ChangeMode.ON_CHANGE)
        if await self._offers.offer([config]):
            self._owners.pop(path, None)
            raise CallError("ALREADY_EXISTS", f"the car itself provides {path}")
        return config

    def publish(self, values: dict[str, Datum | None]) -> None:
        """Newer values; None says that there is none."""
        now = time.monotonic_ns()
        self._offers.publish((path, value, now) for path, value in values.items())

    def release(self, app: str) -> None:
        """It is gone, and with it what it said."""
        gone = [path for path, owner in self._owners.items() if owner == app]
        self._offers.withdraw(gone)
        for path in gone:
            del self._owners[path]


class Source:
    """One running app as a source: newest wins, at the rate that is allowed."""

    def __init__(self, provided: Provided, app: str) -> None:
        self._provided = provided
        self._app = app
        self._claimed: dict[str, SignalConfig] = {}
        self._waiting: dict[str, Datum | None] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def say(self, path: str, value: Datum | None) -> None:
        """Raises CallError for a signal that it cannot have, InvalidValue for what is no value of it."""
        config = self._claimed.get(path)
        if config is None:
            config = self._claimed[path] = await self._provided.claim(self._app, path)
        self._waiting[path] = None if value is None else check(config, value)
        if self._timer is None:
            self._send()

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._waiting:
            self._provided.publish(self._waiting)
            self._waiting = {}
            self._timer = asyncio.get_running_loop().call_later(PERIOD, self._send)

    def silence(self) -> None:
        """Nothing new will come for a while: what it said is not true for ever."""
        self._waiting = dict.fromkeys(self._claimed)
        self._send()

    def close(self) -> None:
        """Its signals are unavailable from now on."""
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.clear()
        self._claimed.clear()
        self._provided.release(self._app)
