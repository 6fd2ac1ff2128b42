"""One trip: its numbers, what it was for, and its route as a file."""

from typing import TYPE_CHECKING

from carservices.app import Action, Icon, MessageTemplate, PaneTemplate, Row, Screen, Template
from logbook.trip import BUSINESS, PRIVATE, Trip

if TYPE_CHECKING:
    from logbook.app import TripLog


class Details(Screen):
    app: "TripLog"

    def __init__(self, trip: Trip) -> None:
        self.trip = trip

    def view(self) -> Template:
        trip, words = self.trip, self.app.words()
        rows = [
            Row(self.t("distance"), words.length(trip.km), self.driven(), image=Icon("route")),
            Row(self.t("energy"), words.energy(trip.energy_kwh), words.average(trip), image=Icon("bolt")),
            Row(self.t("cost"), words.cost(trip.cost, trip.currency), image=Icon("payments")),
            Row(self.t("purpose"), self.t(trip.purpose), image=Icon("work" if trip.purpose == BUSINESS else "home")),
        ]
        other = PRIVATE if trip.purpose == BUSINESS else BUSINESS
        buttons = [Action(self.t(f"mark.{other}"), self.mark, primary=True)]
        if self.app.has_route(trip):
            buttons.append(Action(self.t("save_route"), self.save, icon=Icon("download"), parked_only=True))
        return PaneTemplate(words.start(trip), rows, buttons)

    def driven(self) -> str:
        return self.app.words().duration(self.trip.seconds) if self.trip.recorded else self.t("not_recorded")

    def mark(self) -> None:
        self.app.mark(self.trip)

    def save(self) -> None:
        said = self.app.save_route(self.trip)
        self.push(lambda: MessageTemplate(self.t("save_route"), said, icon=Icon("download")))
