"""The catalogue: every signal there may be, by path, and the configs made from it."""

import difflib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Self

from carservices.signals import VSS_VARIABLE
from carservices.signals.config import Access, ChangeMode, Kind, SignalConfig
from carservices.signals.globs import GlobSet
from carservices.signals.vss import CatalogueError, Signal, VssTree

PROFILE = Path(__file__).with_name("profile.json")
"""Our own profile: paths, datatypes and units of VSS 6.0, in our words."""

DEFAULT_ACCESS = {Kind.ATTRIBUTE: Access.READ, Kind.SENSOR: Access.READ, Kind.ACTUATOR: Access.READ_WRITE}
DEFAULT_RATES = (1.0, 10.0)
"""Hz of a continuous signal whose HAL names none (AAOS rates NORMAL and FAST)."""


class UnknownSignal(CatalogueError, KeyError):
    """A path that is not in the catalogue; the message suggests the nearest ones."""

    def __init__(self, path: str, near: list[str]) -> None:
        cure = f"did you mean {' or '.join(near)}?" if near else "list the paths with `carservices signals list`"
        super().__init__(f"signal {path[:200]!r} is unknown; {cure}")

    __str__ = Exception.__str__


class Catalogue(Mapping[str, Signal]):
    """Signals by path, in the order of their file; ``branches`` gives the description of every branch."""

    def __init__(self, signals: Mapping[str, Signal], branches: Mapping[str, str]) -> None:
        self._signals = dict(signals)
        self.branches = dict(branches)

    @classmethod
    def load(cls, *files: Path | str) -> Self:
        """Read VSS JSON exports of any version, each over the one before. Raises CatalogueError."""
        tree = VssTree()
        for file in files:
            tree.read(Path(file))
        return cls(tree.signals, tree.branches)

    @classmethod
    def default(cls) -> "Catalogue":
        """Our own profile under the files of ``CARSERVICES_VSS``, read once per process. Raises CatalogueError."""
        return _default()

    def __getitem__(self, path: str) -> Signal:
        try:
            return self._signals[path]
        except KeyError:
            raise UnknownSignal(path, self._nearest(path)) from None

    def __contains__(self, path: object) -> bool:
        return path in self._signals

    def __iter__(self) -> Iterator[str]:
        return iter(self._signals)

    def __len__(self) -> int:
        return len(self._signals)

    def __repr__(self) -> str:
        return f"<Catalogue of {len(self)} signals>"

    def match(self, *globs: str) -> list[str]:
        """The paths that belong to the glob set, in catalogue order. Raises GlobError."""
        return GlobSet(*globs).select(self._signals)

    def config(
        self,
        path: str,
        *,
        change_mode: ChangeMode | None = None,
        access: Access | None = None,
        min_rate: float | None = None,
        max_rate: float | None = None,
        min: float | None = None,  # noqa: A002 - the words of SignalConfig
        max: float | None = None,  # noqa: A002
        allowed: tuple[str | int | float, ...] | None = None,
    ) -> SignalConfig:
        """The config of one signal, with what a HAL knows better in place of the catalogue's word.

        An attribute is static and read-only, a sensor read-only, an actuator read-write. Rates (Hz) make a signal
        continuous. Raises UnknownSignal, or ValidationError for settings that contradict each other.
        """
        signal = self[path]
        if change_mode is None:
            change_mode = _default_change_mode(signal.kind, has_rates=min_rate is not None or max_rate is not None)
        if change_mode is ChangeMode.CONTINUOUS:
            min_rate, max_rate = _rates(min_rate, max_rate)
        return SignalConfig(
            path=path,
            datatype=signal.datatype,
            access=DEFAULT_ACCESS[signal.kind] if access is None else access,
            change_mode=change_mode,
            unit=signal.unit,
            min=signal.min if min is None else min,
            max=signal.max if max is None else max,
            allowed=signal.allowed if allowed is None else allowed,
            min_rate=min_rate or 0.0,
            max_rate=max_rate or 0.0,
        )

    def _nearest(self, path: str) -> list[str]:
        """Up to three paths that may be meant: the same last name, else similar letters."""
        last = path.rpartition(".")[2].lower()
        same_name = [known for known in self._signals if known.rpartition(".")[2].lower() == last]
        return difflib.get_close_matches(path[:200], same_name or self._signals, n=3, cutoff=0.0 if same_name else 0.6)


def _default_change_mode(kind: Kind, *, has_rates: bool) -> ChangeMode:
    if has_rates:
        return ChangeMode.CONTINUOUS
    return ChangeMode.STATIC if kind is Kind.ATTRIBUTE else ChangeMode.ON_CHANGE


def _rates(slowest: float | None, fastest: float | None) -> tuple[float, float]:
    slow, fast = DEFAULT_RATES
    if slowest is None:
        slowest = slow if fastest is None else min(slow, fastest)
    return slowest, max(fast, slowest) if fastest is None else fastest


@cache
def _default() -> Catalogue:
    return Catalogue.load(PROFILE, *filter(None, os.environ.get(VSS_VARIABLE, "").split(os.pathsep)))
