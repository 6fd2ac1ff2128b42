"""What the host holds back of each thing that an app was granted, while its link lives."""

from collections.abc import Callable, Sequence
from typing import Any

from carservices.app.wire import Kind
from carservices.apphost.permissions import Need, RuleBook


class Toll:
    """Of one permission: values a newer one overtook by the app's rate, values missed, requests beyond a budget."""

    __slots__ = ("coalesced", "drops", "refused")

    def __init__(self) -> None:
        self.coalesced = self.drops = self.refused = 0


class Tolls(dict[str, Toll]):
    """Permission → its toll. Where several are needed for one thing, it counts under the first."""

    def __init__(self, book: RuleBook) -> None:
        super().__init__()
        self._book = book
        self._look: dict[Kind, Callable[[str], Need]] = {
            Kind.CALL: book.call,
            Kind.WATCH: book.stream,
            Kind.SET: book.write,
            Kind.PROVIDE: book.provide,
        }

    def __missing__(self, permission: str) -> Toll:
        toll = self[permission] = Toll()
        return toll

    def of_value(self, path: str) -> Toll:
        """For values of a signal."""
        return self._first(self._book.read(path))

    def refuse(self, kind: Kind, fields: Sequence[Any]) -> None:
        """A request was one too many. What nobody grants counts nowhere, of several globs the first one."""
        what = f"{fields[1]}.{fields[2]}" if kind in (Kind.CALL, Kind.WATCH) else fields[1]
        need = self._look.get(kind, self._book.read)(what[0] if kind is Kind.SUBSCRIBE and what else str(what))
        if need.names:
            self._first(need).refused += 1

    def _first(self, need: Need) -> Toll:
        return self[need.names[0]]
