"""One appointment: when, where, the notes, and the way there."""

from typing import Final

from agenda.days import Occurrence
from agenda.destination import has_place, lead
from agenda.words import full_date, times, title
from carservices.app import Action, Icon, LongMessageTemplate, PaneTemplate, Row, Screen, Template

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
        if event.location or has_place(event):
            where = event.location or self.t("on_map")
            rows.append(Row(self.t("where"), where, self.said, image=Icon("location_on")))
        notes = " ".join(event.description.split())
        if notes:
            rows.append(
                Row(self.t("notes"), notes if len(notes) <= SHORT else f"{notes[:SHORT]}…", image=Icon("notes"))
            )
        buttons = []
        if has_place(event):
            buttons.append(Action(self.t("navigate"), self.navigate, icon=Icon("navigation"), primary=True))
        if len(notes) > SHORT:
            buttons.append(Action(self.t("notes"), lambda: self.push(self.notes), parked_only=True))
        return PaneTemplate(title(self.t, one), rows, buttons)

    def notes(self) -> Template:
        return LongMessageTemplate(title(self.t, self.one), self.one.event.description)

    async def navigate(self) -> None:
        self.said = await lead(self.app, self.one.event)
