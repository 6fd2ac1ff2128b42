"""One appointment: when, where, the notes, and the way there."""

from typing import Final

from agenda.days import Occurrence
from agenda.destination import destination
from agenda.words import full_date, times, title
from carservices.app import (
    Action,
    App,
    CallError,
    CarError,
    Icon,
    LongMessageTemplate,
    PaneTemplate,
    Row,
    Screen,
    Template,
)

SHORT: Final = 160
"""Characters of the notes that stand among the details."""


class Details(Screen):
    said: str = ""

    def __init__(self, one: Occurrence) -> None:
        self.one = one

    def view(self) -> Template:
        one, event = self.one, self.one.event
        day = one.start.date()
        rows = [Row(self.t("when"), full_date(self.t, day), times(self.t, one, day), image=Icon("schedule"))]
        if event.location:
            rows.append(Row(self.t("where"), event.location, self.said, image=Icon("location_on")))
        notes = " ".join(event.description.split())
        if notes:
            rows.append(
                Row(self.t("notes"), notes if len(notes) <= SHORT else f"{notes[:SHORT]}…", image=Icon("notes"))
            )
        buttons = []
        if destination(event) is not None:
            buttons.append(Action(self.t("navigate"), self.navigate, icon=Icon("navigation"), primary=True))
        if len(notes) > SHORT:
            buttons.append(Action(self.t("notes"), lambda: self.push(self.notes), parked_only=True))
        return PaneTemplate(title(self.t, one), rows, buttons)

    def notes(self) -> Template:
        return LongMessageTemplate(title(self.t, self.one), self.one.event.description)

    async def navigate(self) -> None:
        self.said = "" if await lead(self.app, self.one) else self.t("not_led")


async def lead(app: App, one: Occurrence) -> bool:
    """Ask the navigation to lead to an appointment; whether it has taken it."""
    try:
        await app.car.call("navigation", "navigate_to", destination(one.event))
    except (CallError, CarError) as error:
        app.log.warning("no way to %s: %s", one.event.location, error)
        return False
    return True
