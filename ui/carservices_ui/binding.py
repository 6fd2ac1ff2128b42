"""The one way from a control to a signal: shows the car's value, actuates the person's choice, tells how that ended."""

from collections.abc import Callable
from typing import Any, Protocol

from carservices.signals import Datum
from carservices_ui.store import Outcome, Store
from carservices_ui.widgets.control import ValueControl


class Tells(Protocol):
    """Who can say a sentence to the person."""

    store: Store

    def refused(self, outcome: Outcome) -> None: ...


def bind_signal(
    ui: Tells,
    widget: ValueControl,
    path: str,
    *,
    also: tuple[str, ...] = (),
    show: Callable[[Any], Any] = lambda value: value,
    send: Callable[[Any], Datum] = lambda value: value,
) -> None:
    """Let `widget` show and actuate the signal `path` (and actuate those of `also` with it).

    `show` turns the signal's value into the widget's, `send` the other way. While a choice is pending the widget
    keeps showing it; a refusal puts back what the car says and tells the reason.
    """
    _Actuator(ui, widget, (path, *also), show, send)


class _Actuator:
    """One control's conversation with the car; only the latest choice counts."""

    def __init__(
        self,
        ui: Tells,
        widget: ValueControl,
        paths: tuple[str, ...],
        show: Callable[[Any], Any],
        send: Callable[[Any], Datum],
    ) -> None:
        self._ui, self._widget, self._paths, self._show, self._send = ui, widget, paths, show, send
        self._turn = 0
        widget.bind(on_choose=self._choose)
        ui.store.bind(paths[0], self._update)

    def _update(self, value: Datum | None) -> None:
        self._widget.available = value is not None
        if self._widget.phase != "pending":
            self._widget.value = None if value is None else self._show(value)

    def _choose(self, _: ValueControl, choice: Any) -> None:
        self._turn += 1
        turn, waiting = self._turn, len(self._paths)
        failed: list[Outcome] = []

        def ended(outcome: Outcome) -> None:
            nonlocal waiting
            waiting -= 1
            if not outcome.ok:
                failed.append(outcome)
            if waiting == 0 and turn == self._turn:
                self._finish(failed)

        self._widget.phase = "pending"
        value = self._send(choice)
        for path in self._paths:
            self._ui.store.set(path, value, ended)

    def _finish(self, failed: list[Outcome]) -> None:
        self._widget.phase = "refused" if failed else "confirmed"
        self._update(self._ui.store.get(self._paths[0]))
        if failed:
            self._ui.refused(failed[0])
