"""The car as one foreign client may see it: every read, subscription, command and publication is checked here."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

from carservices.bus import Car, wire
from carservices.signals import Access as SignalAccess
from carservices.signals import Datum, InvalidValue, Kind, SignalConfig, Status, Value
from carservices.signals.check import check
from carservices_hal.doors.access import Access
from carservices_hal.doors.errors import DoorError, told
from carservices_hal.doors.mailbox import Mailbox
from carservices_hal.doors.providers import Provider, Providers
from carservices_hal.doors.tree import Tree

log = logging.getLogger(__name__)

MAX_PATHS = 1000
"""Signals in one request; more is an error of the client."""
ACTUATE_SECONDS = 5.0
"""How long a command may take to be accepted."""


class Vehicle:
    """One car behind all doors of a process; ``hold`` is how long (s) a value may last that nobody has claimed."""

    def __init__(self, car: Car, hold: float | None = None) -> None:
        self._car = car
        self._hold = hold
        self.tree = Tree(car)
        self.providers = Providers(car)

    def close(self) -> None:
        self.providers.close()

    async def find(self, access: Access, path: str | int) -> SignalConfig:
        """A signal that the client may read, by path or number. Raises DoorError."""
        (config,) = await self.find_all(access, [path])
        return config

    async def find_all(self, access: Access, paths: Sequence[str | int]) -> list[SignalConfig]:
        """Signals that the client may all read. Raises DoorError."""
        if len(paths) > MAX_PATHS:
            raise DoorError("INVALID_ARGUMENT", f"{len(paths)} signals in one request: at most {MAX_PATHS} are allowed")
        access.check()
        with told():
            await self.tree.refresh()
        configs = [self.tree.config(path if isinstance(path, str) else self.tree.path(path)) for path in paths]
        for config in configs:
            if config.path not in access.read or config.access is SignalAccess.WRITE:
                raise access.refusal("read", config.path)
        return configs

    async def select(self, access: Access, roots: Sequence[str], *, named: bool = False) -> list[str]:
        """The leaves that paths, branches and wildcards name, of those that the client may read. Raises DoorError.

        With ``named`` a leaf that is named by its path, and may not be read, refuses them all.
        """
        access.check()
        with told():
            await self.tree.refresh()
        found = dict.fromkeys(path for root in roots for path in self.tree.select(root))
        readable = access.read.select(found)
        if refused := [root for root in roots if named and root in found and root not in access.read]:
            raise access.refusal("read", *refused)
        if found and not readable:
            raise DoorError("PERMISSION_DENIED", f"{access.subject} may read nothing of it")
        return readable

    async def read(self, paths: Sequence[str]) -> list[Value]:
        """The last values of signals that were found; unavailable where there is none."""
        ours = {path: value for path in paths if (value := self.providers.value(path))}
        offered = [path for path in paths if path in self.tree.offered and path not in ours]
        with told():
            answers = dict(zip(offered, await self._car.call(wire.HUB, "get", offered), strict=True)) if offered else {}
        return [ours.get(path) or _value(path, answers.get(path)) for path in paths]

    @contextlib.asynccontextmanager
    async def subscription(
        self, paths: Sequence[str], mailbox: Mailbox, rate: float | None = None
    ) -> AsyncIterator[Mailbox]:
        """Updates of signals that were found, into a mailbox; the first batch has what is known of each."""
        known = {path: Value(path, None, time.monotonic_ns(), Status.UNAVAILABLE) for path in paths}
        first = True

        def see(value: Value) -> None:
            if first:
                known[value.path] = value
            else:
                mailbox.put(value)

        with told():
            watch = await self._car.watch(paths, see, rate=rate, variable_rate=False)
        first = False
        mailbox.put_all(known.values())
        try:
            yield mailbox
        finally:
            await watch.close()

    async def actuator(self, access: Access, path: str | int) -> SignalConfig:
        """An actuator that the client may move. Raises DoorError."""
        config = await self.find(access, path)
        if self.tree.kind(config.path) is not Kind.ACTUATOR:
            raise DoorError("READ_ONLY", f"{config.path} is no actuator")
        if config.path not in access.actuate:
            raise access.refusal("actuate", config.path)
        return config

    async def actuate(self, access: Access, wishes: Mapping[str, Datum]) -> None:
        """Send commands to actuators that were found; none when one of them has no HAL. Raises DoorError."""
        await self.tree.refresh(now=any(path not in self.tree.offered for path in wishes))
        for path in wishes:
            if path not in self.tree.offered:
                raise DoorError("UNAVAILABLE", f"no HAL and no provider takes commands for {path}")
        for path, value in wishes.items():
            log.info("%s sets %s to %r", access.subject, path, value)
            with told():
                await self._car.set(path, value, timeout=ACTUATE_SECONDS)

    async def providable(self, access: Access, path: str | int) -> SignalConfig:
        """A signal for which the client may be the source. Raises DoorError."""
        access.check()
        with told():
            await self.tree.refresh()
        config = self.tree.config(path if isinstance(path, str) else self.tree.path(path))
        if config.path not in access.provide:
            raise access.refusal("provide", config.path)
        return self.providers.config(config.path) or _as_provided(config)

    @contextlib.contextmanager
    def stream(self) -> Iterator[object]:
        """Around a stream by which values come; yields the source to publish them with. They end with it."""
        source = object()
        try:
            yield source
        finally:
            self.providers.end(source)

    async def publish(
        self, access: Access, values: Iterable[tuple[SignalConfig, Datum | None, int]], source: object = None
    ) -> None:
        """Values of signals that are providable, each with its monotonic time. Raises DoorError.

        They hold as long as the stream that is their ``source``; without one as the token of who published them, at
        most `hold` s.
        """
        rows = list(values)
        for config, _, _ in rows:
            if self.providers.owner(config.path) is not None:
                raise DoorError("ALREADY_EXISTS", f"a provider has claimed {config.path}")
        await self.providers.offer([config for config, _, _ in rows])
        limits = (access.seconds_left, self._hold) if source is None else ()
        left = min((one for one in limits if one is not None), default=None)
        until = None if left is None else asyncio.get_running_loop().time() + left
        self.providers.publish(((config.path, value, at) for config, value, at in rows), source, until)

    async def claim(
        self,
        access: Access,
        provider: Provider,
        periods: Mapping[str | int, float | None],
        *,
        actuation: bool = False,
    ) -> list[SignalConfig]:
        """Make a client the source of signals, or of the movements of actuators. Raises DoorError.

        ``periods`` has for each signal how often (s) the client can sample it; None when it speaks by itself.
        """
        if len(periods) > MAX_PATHS:
            raise DoorError(
                "INVALID_ARGUMENT", f"{len(periods)} claims in one request: at most {MAX_PATHS} are allowed"
            )
        configs: list[SignalConfig] = []
        for path, period in periods.items():
            config = await self.providable(access, path)
            if actuation and self.tree.kind(config.path) is not Kind.ACTUATOR:
                raise DoorError("READ_ONLY", f"{config.path} is no actuator")
            configs.append(_as_provided(config, period) if period else config)
        await self.providers.claim(provider, configs, actuation=actuation)
        return configs


def checked(config: SignalConfig, value: object) -> Datum:
    """A value of a signal. Raises DoorError."""
    try:
        return check(config, value)
    except InvalidValue as error:
        raise DoorError("INVALID_ARGUMENT", str(error)) from None


def _value(path: str, answer: list[object] | str | None) -> Value:
    """What the hub answered to a read: (value, t_ns, status), or a word in place of one."""
    match answer:
        case [value, int(timestamp), int(status)]:
            return Value(path, value, timestamp, Status(status))  # type: ignore[arg-type]
    return Value(path, None, time.monotonic_ns(), Status.UNAVAILABLE)


def _as_provided(config: SignalConfig, period: float | None = None) -> SignalConfig:
    """How a foreign source offers a signal: it speaks when it likes, or is sampled each ``period`` s."""
    plain = config.model_dump() | {"change_mode": "on_change", "min_rate": 0.0, "max_rate": 0.0}
    if period and math.isfinite(period):
        rate = 1.0 / period
        plain |= {"change_mode": "continuous", "min_rate": min(1.0, rate), "max_rate": rate}
    return SignalConfig.model_validate(plain)
