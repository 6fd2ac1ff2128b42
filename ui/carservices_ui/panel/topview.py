"""The car from above: doors, hood and trunk to open, seats to take, each shown as the car says it is."""

from typing import Any, ClassVar

from kivy.graphics import Color, Line
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices_ui.look import color
from carservices_ui.panel.desk import Desk
from carservices_ui.widgets import Card, Control, Icon
from carservices_ui.widgets.shapes import plate

CENTER = {"center_x": 0.5, "center_y": 0.5}
SEATS = ("Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide")
WIDTH, LENGTH = 310, 700
"""The drawn body in dp, nose up; the driver sits on the left."""
OPEN_WIDTH = 74
"""How far an open door stands out in dp."""
INSIDE = 26
"""How far a door can be clicked inside the body in dp."""
DOOR_HEIGHT = {"Row1": 160, "Row2": 140}
DOOR_TOP = {"Row1": 0.36, "Row2": 0.615}
"""Upper end of the doors as a share of the length."""


class TopView(FloatLayout):
    """Taps go to the emulator; what is drawn comes from signals only."""

    def __init__(self, desk: Desk, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._desk = desk
        with self.canvas.before:
            Color(*color("surface3"))
            self._body = plate(dp(70))
            Color(*color("surface2"))
            self._cabin = plate(dp(36))
            Color(*color("control", 0.35))
            self._glass = [plate(dp(14)) for _ in range(2)]
            Color(*color("control", 0.45))
            self._outline = Line(width=1.2)
        self.doors = {seat: Door(desk, seat) for seat in SEATS}
        self.lids = {"hood": Lid(desk, "hood"), "trunk": Lid(desk, "trunk")}
        self.seats = {seat: Place(desk, seat) for seat in SEATS}
        for part in (*self.doors.values(), *self.lids.values(), *self.seats.values()):
            self.add_widget(part)
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: Any) -> None:
        width, length = dp(WIDTH), min(dp(LENGTH), self.height - dp(8))
        x, y = self.center_x - width / 2, self.center_y - length / 2
        top = y + length
        self._body.pos, self._body.size = (x, y), (width, length)
        self._outline.rounded_rectangle = (x, y, width, length, dp(70))
        self._cabin.pos, self._cabin.size = (x + dp(22), y + length * 0.16), (width - dp(44), length * 0.58)
        for glass, share, height in zip(self._glass, (0.275, 0.785), (0.06, 0.045), strict=True):
            glass.pos = (x + dp(44), top - length * (share + height))
            glass.size = (width - dp(88), length * height)
        for lid, at in (("hood", 0.145), ("trunk", 0.935)):
            self.lids[lid].center = (self.center_x, top - length * at)
        for seat, door in self.doors.items():
            row, side = seat.split(".")
            door.height = dp(DOOR_HEIGHT[row]) * length / dp(LENGTH)
            door.edge = x + dp(4) if side == "DriverSide" else x + width - dp(4)
            door.top = top - length * DOOR_TOP[row]
            place = self.seats[seat]
            place.center = (self.center_x + (-1 if side == "DriverSide" else 1) * dp(66), door.y + door.height * 0.48)
            door.lay()


class Door(Control):
    """A door: closed it lies along the body, open it stands out; a lock says whether it is locked."""

    def __init__(self, desk: Desk, seat: str) -> None:
        super().__init__(size=(dp(OPEN_WIDTH + INSIDE), dp(120)))
        self._desk, self.seat = desk, seat
        self.left = seat.endswith("DriverSide")
        self.edge = 0.0
        self.open = False
        with self.canvas:
            self._paint = Color(*color("control"))
            self._leaf = plate(dp(6))
        self._lock = Icon("lock", size="small", tone="text3")
        self.add_widget(self._lock)
        path = f"Vehicle.Cabin.Door.{seat}"
        desk.store.bind(f"{path}.IsOpen", self._show)
        desk.store.bind(
            f"{path}.IsLocked", lambda locked: self._lock.show("lock" if locked else "lock_open", tone="text3")
        )

    def on_release(self) -> None:
        self._desk.emulator.do("door", door=self.seat, open=not self.open)

    def lay(self, *_: Any) -> None:
        """Draw it where it is."""
        inside, thick = dp(INSIDE), dp(14)
        self.x = self.edge + inside - self.width if self.left else self.edge - inside
        if self.open:
            self._leaf.size = (self.width - inside - dp(6), thick)
            self._leaf.pos = (self.x + (dp(6) if self.left else inside), self.y + self.height - thick)
        else:
            self._leaf.size = (thick, self.height - dp(8))
            self._leaf.pos = (self.edge - (thick - dp(6) if self.left else dp(6)), self.y + dp(4))
        self._paint.rgba = color("heat" if self.open else "control")
        self._lock.center = (self.edge + (-1 if self.left else 1) * dp(34), self.center_y)

    def _show(self, is_open: Any) -> None:
        self.open = bool(is_open)
        self.lay()


class Lid(Control):
    """Hood or trunk."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(size=(dp(150), dp(72)))
        self._desk, self.name = desk, name
        self.open = False
        self._card = Card(tone="surface2", radius="tile", pos_hint=CENTER)
        self._icon = Icon(
            "expand_less" if name == "hood" else "expand_more", size="medium", tone="text2", pos_hint=CENTER
        )
        self.add_widget(self._card)
        self.add_widget(self._icon)
        desk.store.bind(f"Vehicle.Body.{'Trunk.Rear' if name == 'trunk' else 'Hood'}.IsOpen", self._show)

    def on_release(self) -> None:
        self._desk.emulator.do("door", door=self.name, open=not self.open)

    def _show(self, is_open: Any) -> None:
        self.open = bool(is_open)
        self._icon.show(tone="heat" if self.open else "text2")


class Place(Control):
    """A seat; a tap takes the next of empty, belted, not belted."""

    NEXT: ClassVar = {(False, False): (True, True), (True, True): (True, False), (True, False): (False, False)}

    def __init__(self, desk: Desk, seat: str) -> None:
        super().__init__(size=(dp(82), dp(82)))
        self._desk, self.seat = desk, seat
        self.occupied = self.belted = False
        self._card = Card(tone="surface3", radius="tile", pos_hint=CENTER)
        self._icon = Icon("airline_seat_recline_normal", tone="text3", pos_hint=CENTER)
        self.add_widget(self._card)
        self.add_widget(self._icon)
        path = f"Vehicle.Cabin.Seat.{seat}"
        desk.store.bind(f"{path}.OccupancyStatus", self._show_person)
        desk.store.bind(f"{path}.IsBelted", self._show_belt)

    def on_release(self) -> None:
        occupied, belted = self.NEXT[self.occupied, self.belted and self.occupied]
        self._desk.emulator.do("seat", seat=self.seat, occupied=occupied, belted=belted)

    def _show_person(self, status: Any) -> None:
        self.occupied = status == "OCCUPIED"
        self._show()

    def _show_belt(self, belted: Any) -> None:
        self.belted = bool(belted)
        self._show()

    def _show(self) -> None:
        tone = "text3" if not self.occupied else "energy" if self.belted else "alert"
        self._icon.show("person" if self.occupied else "airline_seat_recline_normal", tone=tone, filled=self.occupied)
