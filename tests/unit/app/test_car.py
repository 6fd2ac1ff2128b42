"""What an app sees of the car: signals with units, permissions, commands, services."""

import pytest

from carservices.api.energy import Energy, Trip
from carservices.app import App, CallError, CarError, ListTemplate, PermissionMissing, Row, SetFailed
from carservices.app.car import PARTS
from carservices.app.wire import Kind
from carservices.signals import Catalogue, GlobError, Status, UnitError

SPEED = "Vehicle.Speed"
RANGE = "Vehicle.Powertrain.Range"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
PRESSURES = "Vehicle.Chassis.Axle.**.Pressure"
FRONT_LEFT = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
DOOR = "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"


class Plain(App):
    """A view that reads nothing; the tests use the app from outside."""

    def view(self):
        return ListTemplate("x", [Row("a")])


# -- signals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "context", "arguments", "text"),
    [
        (SPEED, 50.0, {}, (), "50 km/h"),
        (SPEED, 100.0, {"units": {"speed": "mph"}}, (), "62 mph"),
        (SPEED, 100.0, {"units": {"speed": "mph"}}, ("m/s", 1), "27.8 m/s"),
        (RANGE, 250_000, {"units": {"length": "km"}}, (), "250.0 km"),
        (FRONT_LEFT, 240, {"units": {"pressure": "bar"}, "language": "de"}, (), "2,4 bar"),
        (TEMPERATURE, 21, {"units": {"temperature": "Fahrenheit"}}, (), "70 °F"),
        (DOOR, True, {}, (), "True"),
        (SPEED, None, {}, (), "–"),
    ],
)
def test_values_are_written_as_the_person_reads_them(app_car, path, value, context, arguments, text):
    app_car[path] = value
    app_car.context(**context)
    app = app_car.start(Plain)
    signal = app.car[path]
    app_car.advance(0)
    assert signal.text(*arguments) == text


def test_a_signal_is_honest_about_what_it_has(app_car):
    app_car[SPEED] = 36.0
    app = app_car.start(Plain)
    speed = app.car[SPEED]
    assert (speed.value, speed.available, speed.as_("mph"), speed.unit) == (None, False, None, "")
    app_car.advance(0)
    assert (speed.value, speed.unit, speed.status) == (36.0, "km/h", Status.AVAILABLE)
    assert speed.as_("m/s") == pytest.approx(10.0)
    with pytest.raises(UnitError, match="cannot convert km/h"):
        speed.as_("bar")
    app_car[SPEED] = None
    assert (speed.value, speed.available, speed.status) == (None, False, Status.UNAVAILABLE)


def test_a_typed_signal_has_that_type_or_says_so(app_car):
    app_car.update({SPEED: 3, FRONT_LEFT: 240})
    app = app_car.start(Plain)
    speed, tyre = app.car.signal(SPEED, float), app.car.signal(FRONT_LEFT, str)
    app_car.advance(0)
    assert (speed.value, type(speed.value)) == (3.0, float)
    with pytest.raises(TypeError, match=r"Tire\.Pressure is int, not str"):
        _ = tyre.value


def test_sets_of_signals_and_parts_with_their_places(app_car):
    app_car[FRONT_LEFT] = 240
    app_car.context(language="de")
    app = app_car.start(Plain)
    app.car.all(PRESSURES)
    app_car.advance(0)
    assert app.car.all(PRESSURES).values() == {FRONT_LEFT: 240}
    assert [place for place, _ in app.car.tyres()] == []
    app_car.advance(0)
    assert [place for place, _ in app.car.tyres()] == ["Vorn links", "Vorn rechts", "Hinten links", "Hinten rechts"]
    with pytest.raises(GlobError):
        app.car.all("Vehicle..Speed")


def test_a_watch_calls_back_until_it_is_closed(app_car):
    app_car[SPEED] = 1.0
    app = app_car.start(Plain)
    seen = []
    watch = app.car.watch(SPEED, lambda signal: seen.append(signal.value))
    app_car.advance(0)
    for speed in (2.0, 3.0):
        app_car[SPEED] = speed
    watch.stop()
    app_car[SPEED] = 4.0
    assert seen == [1.0, 2.0, 3.0]
    assert app_car.host.subscribed == ()


def test_a_reading_now(app_car):
    app_car[SPEED] = 7.0
    app = app_car.start(Plain)
    assert app_car.run(app.car.get(SPEED)).value == 7.0
    assert app_car.run(app.car.get(RANGE)).status is Status.UNAVAILABLE
    with pytest.raises(CallError, match="the car has no Vehicle"):
        app_car.run(app.car.get("Vehicle.Warp"))


# -- permissions -----------------------------------------------------------------------------------------------------


class Nosy(App):
    """Reads the speed in its view."""

    def view(self):
        return ListTemplate("x", [Row("speed", self.car[SPEED].text()), Row("raw", str(self.car[SPEED].value))])


def test_a_missing_permission_is_a_card_that_names_it_and_the_line(app_car):
    app_car.may_fail()
    app_car[SPEED] = 1.0
    app = app_car.start(Nosy, scopes=[])
    assert app_car.screen.message == "Allow this app in Settings, Apps what it needs here: read:Vehicle.Speed"
    assert f'in app.toml, under [permissions], add: "read:{SPEED}" = "why the app needs it"' in app_car.failure
    signal = app.car[SPEED]
    assert (signal.available, signal.text(), signal.denied.permission) == (False, "–", "read:Vehicle.Speed")


def test_what_the_person_refused_is_told_apart(app_car):
    app_car.deny("read:Vehicle.Speed")
    app = app_car.start(Plain, scopes=["read:Vehicle.Speed", "read:Vehicle.Chassis.**"])
    with pytest.raises(PermissionMissing, match="the person said no: allow it in the car's settings"):
        app_car.run(app.car.get(SPEED))


def test_a_set_of_which_some_may_be_read_has_those(app_car):
    app_car.update({FRONT_LEFT: 240})
    app = app_car.start(Plain, scopes=[f"read:{FRONT_LEFT}"])
    app.car.all(PRESSURES)
    app.car.all("Vehicle.Cabin.**")
    app_car.advance(0)
    assert [signal.path for signal in app.car.all(PRESSURES)] == [FRONT_LEFT]
    with pytest.raises(PermissionMissing):
        app.car.all("Vehicle.Cabin.**")


def test_a_subscription_that_the_host_does_not_take_is_said(app_car):
    app = app_car.start(Plain)
    speed = app.car[SPEED]
    app_car.advance(0)
    app_car.host.send(Kind.ERROR, 1, "BUDGET", "an app watches at most 200 signals", {})
    app_car.advance(0)
    assert (speed.available, str(speed.denied)) == (False, "an app watches at most 200 signals")
    with pytest.raises(CallError, match="at most 200 signals"):
        _ = speed.value


# -- commands --------------------------------------------------------------------------------------------------------


def test_a_command_is_accepted_then_confirmed(app_car):
    app_car[TEMPERATURE] = 20
    app = app_car.start(Plain)
    app.car[TEMPERATURE].read()
    app_car.advance(0)

    async def warm():
        sent = await app.car.set(TEMPERATURE, 22)
        return await sent.confirmed()

    assert app_car.run(warm()).value == 22
    assert app_car.host.sets == [(TEMPERATURE, 22)]
    assert app.car[TEMPERATURE].value == 22


def test_a_command_in_another_unit(app_car):
    app_car[TEMPERATURE] = 20
    app = app_car.start(Plain)
    with pytest.raises(SetFailed, match="its unit is not known yet"):
        app_car.run(app.car.set(TEMPERATURE, 68.0, "Fahrenheit"))
    app_car.run(app.car.set(TEMPERATURE, 68.0, "Fahrenheit"))
    assert app_car.host.sets[-1][1] == pytest.approx(20.0)


def test_a_command_that_is_refused_says_why(app_car):
    app = app_car.start(Plain)
    app_car.refuse_set(TEMPERATURE, "the battery is empty")
    with pytest.raises(SetFailed, match="the battery is empty"):
        app_car.run(app.car.set(TEMPERATURE, 22))


def test_a_command_without_permission_says_which(app_car):
    app = app_car.start(Plain, scopes=[])
    with pytest.raises(PermissionMissing, match=f"setting {TEMPERATURE} needs the permission actuate:{TEMPERATURE}"):
        app_car.run(app.car.set(TEMPERATURE, 22))


# -- services --------------------------------------------------------------------------------------------------------


class Trips(App):
    """Shows a service's stream."""

    def view(self):
        trip = self.car.state(Energy.trip)
        return ListTemplate("x", [Row("trip", "none" if trip is None else f"{trip.distance_m:.0f} m")])


def test_a_stream_in_a_view_follows_the_service(app_car):
    app_car.say(Energy.trip, Trip(start=0.0, distance_m=100.0))
    app_car.start(Trips)
    assert app_car.rows == [("trip", "100 m")]
    app_car.say(Energy.trip, Trip(start=0.0, distance_m=200.0))
    assert app_car.rows == [("trip", "200 m")]
    app_car.say(Energy.trip, None)
    assert app_car.rows == [("trip", "none")]


def test_the_same_contract_as_in_the_car_makes_the_proxy(app_car):
    app = app_car.start(Plain, scopes=["call:energy.reset", "read:energy.trip"])
    app_car.answer("energy.reset", None)
    app_car.say(Energy.trip, Trip(start=0.0, distance_m=5.0))
    energy = app.car.service(Energy)
    assert app_car.run(energy.reset()) is None
    assert app_car.host.calls == [("energy.reset", {})]
    assert app_car.run(energy.trip.last()).distance_m == 5.0
    seen = []
    app_car.run(energy.trip.watch(lambda trip: seen.append(trip and trip.distance_m)))
    app_car.say(Energy.trip, Trip(start=0.0, distance_m=6.0))
    assert seen == [5.0, 6.0]


def test_a_call_that_fails_is_an_error_with_its_code(app_car):
    app = app_car.start(Plain, scopes=["call:energy.reset"])
    with pytest.raises(CallError, match="no answer was prepared"):
        app_car.run(app.car.service(Energy).reset())
    with pytest.raises(PermissionMissing, match=r"notifications\.post needs the permission call:"):
        app_car.run(app.car.call("notifications", "post"))


def test_a_stream_without_permission_is_a_card_that_names_it(app_car):
    app_car.may_fail()
    app = app_car.start(Trips, scopes=["read:energy.*"])
    assert app_car.rows == [("trip", "none")]
    app_car.stop()
    other = app_car.start(Trips, scopes=[])
    assert "following energy.trip needs the permission read:energy.trip" in app_car.failure
    assert app is not other
    with pytest.raises(PermissionMissing):
        app_car.run(other.car.service(Energy).trip.last())


def test_a_command_that_the_car_takes_and_then_gives_up_says_why(app_car):
    app = app_car.start(Plain)
    app_car.refuse_set(TEMPERATURE, "the door is open", late=True)
    sent = app_car.run(app.car.set(TEMPERATURE, 22))
    with pytest.raises(SetFailed, match="the door is open"):
        app_car.run(sent.confirmed())


def test_a_folder_of_the_person(app_car, tmp_path):
    app = app_car.start(Plain)
    with pytest.raises(PermissionMissing, match=r'permission files:music: .*"files:music" = "why'):
        app.folder("music")
    app_car.context(folders={"music": str(tmp_path)})
    assert app.folder("music") == tmp_path


def test_the_audio_is_lost_to_another_app(app_car):
    app = app_car.start(Plain)
    app_car.context(focus={"audio": True})
    assert app.context.has_focus("audio")
    app_car.context(focus={"audio": False})
    assert not app.context.has_focus("audio")


@pytest.mark.parametrize("name", PARTS)
def test_each_part_is_a_signal_of_the_catalogue(name):
    assert Catalogue.default().match(PARTS[name])


class Thermometer(App):
    """Is the source of a signal."""

    answer = "–"

    def view(self):
        say = (("frost", -3.5), ("warm", "warm"), ("gone", None))
        return ListTemplate(
            "Says", [Row(name, self.answer, on_click=lambda v=value: self.say(v)) for name, value in say]
        )

    async def say(self, value):
        try:
            await self.car.provide("Vehicle.Exterior.AirTemperature", value)
            self.answer = "taken"
        except CarError as error:
            self.answer = str(error)


def test_it_is_the_source_of_a_signal(app_car):
    app_car.start(Thermometer, ["provide:Vehicle.Exterior.*"])
    app_car.tap("frost")
    assert (app_car.host.provided, app_car.rows[0][1]) == ({"Vehicle.Exterior.AirTemperature": -3.5}, "taken")
    app_car.tap("warm")
    assert "cannot be 'warm'" in app_car.rows[0][1]
    app_car.tap("gone")
    assert app_car.host.provided == {"Vehicle.Exterior.AirTemperature": None}
    app_car["Vehicle.Exterior.AirTemperature"] = 4
    app_car.tap("frost")
    assert "the car itself provides Vehicle.Exterior.AirTemperature" in app_car.rows[0][1]


def test_the_source_of_a_signal_needs_the_scope(app_car):
    app_car.start(Thermometer, [])
    app_car.tap("frost")
    assert "provide:Vehicle.Exterior.AirTemperature" in app_car.rows[0][1]
