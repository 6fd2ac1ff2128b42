"""One app as the inspector shows it: put together from its stage, the restrictions in force, and its journal."""

from carservices.api.appscreen import Cut, CutKind
from carservices.api.driving import Restriction
from carservices.api.inspection import Inspection
from carservices.app.quota import MAX_STEPS
from carservices.apphost.cuts import Rules
from carservices.apphost.life import App

SENTENCES = {
    CutKind.TEXT: "{amount} characters less",
    CutKind.ROWS: "{amount} items less",
    CutKind.KEYBOARD: "no keyboard",
    CutKind.SETUP: "waits until the car is parked",
    CutKind.DEPTH: "{amount} screens too deep for a driver",
}


def inspect(app: App, rules: Rules, after: int) -> Inspection:
    """Everything about it now; of its messages those with a number above ``after``."""
    shown = app.stage.shown
    return Inspection(
        app=app.id,
        state=app.state,
        template=shown.tree[0] if shown is not None and shown.tree else None,
        seq=shown.seq if shown is not None else 0,
        depth=app.stage.depth,
        step=app.stage.step,
        steps=MAX_STEPS,
        refused=app.stage.refusal,
        restrictions=_names(rules.restrictions),
        cuts=tuple(map(_sentence, shown.cuts)) if shown is not None else (),
        messages=app.journal.look(after),
    )


def _names(restrictions: Restriction) -> tuple[str, ...]:
    return tuple(str(bit.name) for bit in Restriction if bit & restrictions and bit is not Restriction.FULLY_RESTRICTED)


def _sentence(cut: Cut) -> str:
    why = ", ".join(_names(Restriction(cut.restriction)))
    return f"{cut.place}: {SENTENCES[cut.kind].format(amount=cut.amount)} ({why})"
