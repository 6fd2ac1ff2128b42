"""The one way from a control to the car: shows what it says, asks for the person's choice, tells how that ended."""

from collections.abc import Callable
from typing import Any, Protocol

from carservices.signals import Datum
from carservices_ui.store import OnOutcome, Outcome, Store
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
    paths = path, *also

    def ask(choice: Any, ended: OnOutcome) -> None:
        value, each = send(choice), _joined(len(paths), ended)
        for one in paths:
            ui.store.set(one, value, each)

    def update(value: Datum | None) -> None:
        _show(widget, value, show)

    def again() -> None:
        update(ui.store.get(path))

    _converse(ui, widget, ask, again, again)
    ui.store.bind(path, update)


def bind_state(
    ui: Tells,
    widget: ValueControl,
    stream: str,
    *,
    show: Callable[[Any], Any],
    call: Callable[[Any, OnOutcome], None],
) -> None:
    """The same for a service: `show` turns the state of its `stream` into the widget's value, `call` asks for a choice.

    A service may say its new state only after its answer: a choice that it took stays until then.
    """

    def update(state: Any) -> None:
        _show(widget, state, show)

    _converse(ui, widget, call, lambda: None, lambda: update(ui.store.stream(stream)))
    ui.store.bind_stream(stream, update)


def _show(widget: ValueControl, said: Any, show: Callable[[Any], Any]) -> None:
    widget.available = said is not None
    if widget.phase != "pending":
        widget.value = None if said is None else show(said)


def _converse(
    ui: Tells,
    widget: ValueControl,
    ask: Callable[[Any, OnOutcome], None],
    confirmed: Callable[[], None],
    refused: Callable[[], None],
) -> None:
    """Ask for each choice; only how the latest one ends counts."""
    latest = 0

    def choose(_: ValueControl, choice: Any) -> None:
        nonlocal latest
        latest = turn = latest + 1

        def ended(outcome: Outcome) -> None:
            if turn != latest:
                return
            widget.phase = "confirmed" if outcome.ok else "refused"
            if outcome.ok:
                confirmed()
            else:
                refused()
                ui.refused(outcome)

        widget.phase = "pending"
        ask(choice, ended)

    widget.bind(on_choose=choose)


def _joined(count: int, ended: OnOutcome) -> OnOutcome:
    """What takes the outcomes of several requests and hands on one: a refusal if there is any."""
    outcomes: list[Outcome] = []

    def one_ended(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if len(outcomes) == count:
            ended(next((one for one in outcomes if not one.ok), outcome))

    return one_ended
