"""The tree that foreign clients see: the catalogue's leaves with what the HALs say of them, each with a number."""

import time
from collections.abc import Iterable

from carservices.bus import Car
from carservices.signals import Access, Catalogue, GlobError, GlobSet, Kind, Signal, SignalConfig
from carservices_hal.doors.errors import DoorError

FRESH_SECONDS = 0.5
"""How old what is known of the car's signals may be."""
MAX_PATH = 1000
"""Characters in a path (`kuksa.val.v2`)."""


class Tree:
    """Configs by path. Numbers stay the same while the door is open."""

    def __init__(self, car: Car) -> None:
        self._car = car
        self._catalogue = Catalogue.default()
        self._read = -FRESH_SECONDS
        self.offered: dict[str, SignalConfig] = {}
        """What a HAL offers now."""
        self.configs = {path: self._catalogue.config(path) for path in self._catalogue}
        self._paths = list(self.configs)
        self._ids = {path: number for number, path in enumerate(self._paths, 1)}

    async def refresh(self, *, now: bool = False) -> None:
        """Ask what is on offer, unless that was asked a moment ago."""
        if now or time.monotonic() - self._read > FRESH_SECONDS:
            self._read = time.monotonic()
            self.offered = await self._car.configs()
            for path in self.offered:
                if path not in self._ids:
                    self._paths.append(path)
                    self._ids[path] = len(self._paths)
            self.configs |= self.offered

    def id(self, path: str) -> int:
        return self._ids[path]

    def path(self, number: int) -> str:
        """Raises DoorError."""
        if not 1 <= number <= len(self._paths):
            raise DoorError("NOT_FOUND", f"no signal has the number {number}: ListMetadata shows which there are")
        return self._paths[number - 1]

    def config(self, path: str) -> SignalConfig:
        """Raises DoorError."""
        if len(path) > MAX_PATH:
            raise DoorError("INVALID_ARGUMENT", f"a path has at most {MAX_PATH} characters, this one {len(path)}")
        try:
            return self.configs[path]
        except KeyError:
            raise DoorError("NOT_FOUND", f"this car has no signal {path[:100]!r}") from None

    def described(self, path: str) -> Signal | None:
        """What the catalogue says of a signal; None of one that only its HAL knows."""
        return self._catalogue.get(path)

    def kind(self, path: str) -> Kind:
        if signal := self.described(path):
            return signal.kind
        return Kind.SENSOR if self.configs[path].access is Access.READ else Kind.ACTUATOR

    def branch(self, path: str) -> str | None:
        """The description of a branch; None when there is no such branch."""
        known = self._catalogue.branches.get(path)
        if known is None and any(one.startswith(f"{path}.") for one in self._paths):
            return ""
        return known

    def select(self, root: str, among: Iterable[str] | None = None) -> list[str]:
        """The leaves that a path names: a leaf, all below a branch, or those that match its ``*`` and ``**``.

        Raises DoorError for none.
        """
        if root in self.configs:
            return [root]
        if len(root) > MAX_PATH:
            raise DoorError("INVALID_ARGUMENT", f"a path has at most {MAX_PATH} characters, this one {len(root)}")
        try:
            globs = GlobSet(root, f"{root}.**") if root else GlobSet("**")
        except GlobError as error:
            raise DoorError("NOT_FOUND", str(error)) from None
        found = globs.select(self._paths if among is None else among)
        if not found:
            raise DoorError("NOT_FOUND", f"this car has no signal {root[:100]!r}")
        return found
