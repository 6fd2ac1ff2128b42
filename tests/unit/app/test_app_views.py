"""Views of an app in the car of memory: what they wait for, and when they are made and sent again."""

from carservices.app import App, ListTemplate, Row
from carservices.app.wire import Kind
from tests.unit.app.shown import SPEED, rows

RANGE = "Vehicle.Powertrain.Range"
DOORS = "Vehicle.Cabin.Door.*.*.IsOpen"


class Reads(App):
    """Shows the speed, and the range while it stands."""

    views = 0

    def view(self):
        self.views += 1
        speed = self.car[SPEED]
        standing = speed.value == 0
        return ListTemplate("x", [Row("Speed", speed.text()), Row("Range", self.range() if standing else "")])

    def range(self):
        return self.car[RANGE].text("km", 0)


def test_the_first_view_waits_for_the_values_it_reads(app_car):
    app_car.update({SPEED: 0.0, RANGE: 250_000})
    app_car.start(Reads)
    assert app_car.rows == [("Speed", "0 km/h"), ("Range", "250 km")]
    assert app_car.host.views == 1


def test_a_view_is_made_again_when_what_it_read_has_changed_and_only_then(app_car):
    app_car.update({SPEED: 0.0, RANGE: 250_000})
    app = app_car.start(Reads)
    app_car[RANGE] = 249_000
    assert app_car.rows[1] == ("Range", "249 km")
    app_car[SPEED] = 50.0
    made = app.views
    app_car[RANGE] = 1
    app_car[DOORS.replace("*.*", "Row1.DriverSide")] = True
    assert (app.views, app_car.host.subscribed) == (made, (SPEED,))


def test_many_values_make_one_view(app_car):
    app_car.update({SPEED: 30.0})
    app = app_car.start(Reads)
    made = app.views
    for speed in range(100):
        app_car.host.values[SPEED] = float(speed)
        app_car.host.changed(SPEED)
    app_car.advance(1.0)
    assert app.views - made <= 2
    assert app_car.rows[0] == ("Speed", "99 km/h")


def test_a_signal_that_never_speaks_is_waited_for_once_and_briefly(app_car):
    class Two(App):
        def view(self):
            return ListTemplate("x", [Row("a", self.car[SPEED].text()), Row("b", self.car[RANGE].text())])

    class Begins(Two):
        def on_start(self):
            app_car.host.silent.add(RANGE)

    app_car[SPEED] = 1.0
    app_car.start(Begins)
    assert app_car.host.views == 0
    app_car.advance(0.5)
    assert app_car.rows == [("a", "1 km/h"), ("b", "–")]
    app_car[SPEED] = 2.0
    assert app_car.rows == [("a", "2 km/h"), ("b", "–")]


def test_a_view_that_cannot_do_without_its_values_gets_them_first(app_car):
    class Bold(App):
        def view(self):
            return ListTemplate("x", [Row("a", f"{self.car[SPEED].value:.1f}")])

    app_car[SPEED] = 1.0
    app_car.start(Bold)
    assert (app_car.rows, app_car.host.views) == ([("a", "1.0")], 1)
    app_car.may_fail()
    app_car[SPEED] = None
    assert "unsupported format string passed to NoneType" in app_car.failure
    app_car[SPEED] = 2.0
    assert app_car.rows == [("a", "2.0")]


def test_a_signal_that_the_car_does_not_have_is_never_available(app_car):
    class Silent(App):
        def view(self):
            return rows(self.car["Vehicle.Nowhere"].text(), str(self.car["Vehicle.Nowhere"].available))

    app_car.start(Silent)
    assert [title for title, _ in app_car.rows] == ["–", "False"]


def test_the_view_follows_the_surroundings_it_reads(app_car):
    class Follows(App):
        def view(self):
            width, height = self.context.size
            state = "parked" if self.context.parked else "driving"
            return ListTemplate("x", [Row("a", f"{state} {self.context.theme} {width}x{height}")])

    app_car.start(Follows)
    assert app_car.rows == [("a", "parked night 1280x720")]
    app_car.drive()
    app_car.context(theme="day", width=1920, height=1080, of_a_newer_host=1)
    assert app_car.rows == [("a", "driving day 1920x1080")]
    sent = app_car.host.views
    app_car.context(limits={"list": 6})
    app_car.park()
    assert app_car.host.views == sent + 1


def test_a_view_is_told_how_much_is_shown_of_it_parked_and_driving(app_car):
    class Told(App):
        def view(self):
            limits = self.context.limits
            return ListTemplate("x", [Row("a", f"{limits['list']} {limits['pane']} {limits.get('depth')}")])

    app_car.start(Told)
    assert app_car.rows == [("a", "100 100 None")]
    app_car.drive()
    assert app_car.rows == [("a", "6 4 3")]
    app_car.park()
    assert app_car.rows == [("a", "100 100 None")]


def test_a_view_that_did_not_change_is_not_sent_again_and_its_newest_handlers_count(app_car):
    class Same(App):
        count = 0
        taken = ()

        def view(self):
            count = self.count
            return ListTemplate("x", [Row("a", on_click=lambda: self.take(count))])

        def take(self, count):
            self.count += 1
            self.taken = (*self.taken, count)

    app = app_car.start(Same)
    app_car.tap("a")
    app_car.tap("a")
    assert (app.taken, app_car.host.views) == ((0, 1), 1)


def test_a_tap_on_an_older_version_means_what_was_seen(app_car):
    class Moving(App):
        first = "a"
        taken = None

        def view(self):
            names = (self.first, "b")
            return ListTemplate("x", [Row(name, on_click=lambda name=name: self.take(name)) for name in names])

        def take(self, name):
            self.taken = name

    app = app_car.start(Moving)
    old = app_car.host.seq
    app.first = "z"
    app_car.park()
    app.refresh()
    app_car.advance(0)
    assert app_car.host.seq > old
    app_car.host.send(Kind.ACTION, old, 0, [])
    app_car.advance(0)
    assert app.taken == "a"
    app_car.host.send(Kind.ACTION, 999, 0, [])
    app_car.host.send(Kind.ACTION, old, 77, [])
    app_car.advance(0)
    assert app_car.rows[0][0] == "z"
