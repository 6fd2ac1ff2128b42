"""Control units of the emulated car: what they send is what they know, guarded; what they take is checked."""

import itertools
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.hal import SetError
from carservices.signals import Code, Datatype, Status
from carservices.signals.check import check
from carservices_emulator.diagnostics import ECUS
from carservices_emulator.ecus.disturbance import Disturbance
from carservices_emulator.ecus.network import CAR, commands_of, cyclic_of, emulated_car
from carservices_emulator.signals import CONFIGS
from carservices_emulator.simulation import Simulation
from carservices_hal.can.car import databases, shipped
from carservices_hal.can.encode import encode
from carservices_hal.can.receiver import Receiver

THE_CAR = emulated_car()
(DBC,) = databases([CAR])
NAMES = {message.name: message for message in DBC.messages.values()}
SIGNALS = {reading.config.path: reading.signal for reading in THE_CAR.mapping.readings}
SPEED = "Vehicle.Speed"
SECOND = 10**9
SIMULATION = Simulation(scenario="parked")


def test_the_database_has_no_oddities():
    assert DBC.lints == []


@pytest.mark.parametrize("message", DBC.messages.values(), ids=lambda message: message.name)
def test_a_message_of_the_database(message):
    """Every bit is one signal's; states have a sender and a cycle, and marks for no value in every signal."""
    if any(signal.is_selector for signal in message.signals.values()):
        assert message.name in {f"{ecu}_COMMAND" for ecu in ECUS}
        assert all(signal.bytes_needed <= message.length for signal in message.signals.values())
        return
    bits = [bit for s in message.signals.values() for bit in range(s.start, s.start + s.length)]
    assert len(bits) == len(set(bits))
    assert max(bits) < 8 * message.length
    assert message.sender in ECUS
    assert message.comment
    if not message.name.endswith("_ANSWER"):
        assert message.period in (0.01, 0.02, 0.1, 1.0)
        assert all(
            {"SNA", "ERROR"} <= set(s.values.values()) for s in message.signals.values() if s in SIGNALS.values()
        )


@pytest.mark.parametrize("path", THE_CAR.configs)
def test_a_signal_is_the_same_with_and_without_can(path):
    ours, theirs = CONFIGS[path], THE_CAR.configs[path]
    for what in ("datatype", "access", "change_mode", "unit", "allowed"):
        assert getattr(ours, what) == getattr(theirs, what)
    for ends in ("min", "max"):
        assert getattr(ours, ends) in (getattr(theirs, ends), None)


def values(config):
    """Any value that the signal may have and its field can carry, or none."""
    signal = SIGNALS[config.path]
    nothing = st.sampled_from([(None, Status.UNAVAILABLE), (None, Status.ERROR)])
    if config.datatype is Datatype.BOOLEAN:
        some = st.booleans()
    elif config.allowed:
        some = st.sampled_from(config.allowed)
    elif config.datatype.is_integer:
        some = st.integers(int(max(signal.minimum, config.min or signal.minimum)), int(signal.maximum))
    else:
        some = st.floats(signal.minimum, signal.maximum)
    return st.one_of(st.tuples(some, st.just(Status.AVAILABLE)), nothing)


@settings(max_examples=60)
@given(data=st.data())
def test_what_a_control_unit_knows_is_what_is_read_from_its_frames(data):
    cyclic = data.draw(st.sampled_from(cyclic_of(THE_CAR)), "message")
    receiver = Receiver(THE_CAR.messages, THE_CAR.mapping)
    for turn in range(2):
        known = {path: data.draw(values(CONFIGS[path]), path) for path in cyclic.paths}
        frame = cyclic.next_frame(known.__getitem__, set())
        for path, value, status in receiver.feed(cyclic.message.key, frame, turn):
            assert status is known[path][1]
            if isinstance(value, float):
                assert value == pytest.approx(known[path][0], abs=0.51 * SIGNALS[path].factor)
            else:
                assert value == known[path][0]


@pytest.mark.parametrize("value", [700.0, -700.0, 1e9])
def test_a_value_beyond_its_field_is_an_error_not_another_value(value):
    cyclic = carrier(SPEED)
    frame = cyclic.next_frame(lambda path: (value if path == SPEED else 0.0, Status.AVAILABLE), set())
    found = {path: status for path, _, status in Receiver(THE_CAR.messages, THE_CAR.mapping).feed(0x120, frame, 0)}
    assert found[SPEED] is Status.ERROR


@pytest.mark.parametrize(
    ("disturbance", "path", "figure"),
    [
        (Disturbance.CHECKSUM, SPEED, "corrupt"),
        (Disturbance.COUNTER, SPEED, "corrupt"),
        (Disturbance.SHORT, SPEED, "corrupt"),
        (Disturbance.SHORT, "Vehicle.Exterior.AirTemperature", "short"),
    ],
)
def test_disturbed_frames_are_dropped_counted_and_missed(disturbance, path, figure):
    cyclic, receiver, clock = carrier(path), Receiver(THE_CAR.messages, THE_CAR.mapping), itertools.count(1)

    def send(value, *disturbances):
        at = round(next(clock) * cyclic.message.period * SECOND)
        frame = cyclic.next_frame(lambda _: (value, Status.AVAILABLE), set(disturbances))
        heard = {path: value for path, value, _ in receiver.feed(cyclic.message.key, frame, at)}
        return heard | {path: status for path, _, status in receiver.lost(at)}

    assert send(20.0)[path] == pytest.approx(20)
    assert [heard[path] for _ in range(60) if path in (heard := send(25.0, disturbance))] == [Status.UNAVAILABLE]
    assert getattr(receiver, figure) == 60
    assert send(30.0)[path] == pytest.approx(30)


def test_what_was_never_heard_is_missed_too_and_once():
    receiver = Receiver(THE_CAR.messages, THE_CAR.mapping)
    assert list(receiver.lost(5 * SECOND)) == []
    missed = {path: status for path, _, status in receiver.lost(25 * SECOND)}
    assert missed == dict.fromkeys(receiver.paths(), Status.UNAVAILABLE)
    assert list(receiver.lost(50 * SECOND)) == []


def carrier(path):
    return next(cyclic for cyclic in cyclic_of(THE_CAR) if path in cyclic.paths)


HVAC, GUARD = NAMES["HVAC_COMMAND"], THE_CAR.mapping.protections[NAMES["HVAC_COMMAND"].key]
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def frame(count, **values):
    return GUARD.seal(HVAC, encode(HVAC, values), count)


@pytest.fixture
def command():
    _, command = commands_of(THE_CAR)[HVAC.key]
    return command


def test_a_request_is_taken_and_answered(command):
    assert list(command.requests(frame(7, TEMPERATURE_L=22.5), 0)) == [(TEMPERATURE, 22.5)]
    assert command.answer(Code.NOT_AVAILABLE_DISABLED) == bytes([7, Code.NOT_AVAILABLE_DISABLED])


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        frame(2, TEMPERATURE_L=22.5)[:-1],
        bytes([frame(2, TEMPERATURE_L=22.5)[0] ^ 1]) + frame(2, TEMPERATURE_L=22.5)[1:],
        frame(1, TEMPERATURE_L=25.0),
        frame(2, COMPRESSOR=3),
        frame(2, COMPRESSOR=2),
    ],
    ids=["empty", "short", "checksum", "counter", "sna", "error"],
)
def test_a_request_that_cannot_be_trusted_is_counted_and_nothing_else(command, bad):
    assert list(command.requests(frame(1, TEMPERATURE_L=20.0), 0)) == [(TEMPERATURE, 20.0)]
    assert list(command.requests(bad, SECOND // 2)) == []
    assert command.rejected == 1
    assert list(command.requests(frame(3, TEMPERATURE_L=21.0), SECOND)) == [(TEMPERATURE, 21.0)]


@given(payloads=st.lists(st.tuples(st.binary(max_size=9), st.booleans()), max_size=8))
@settings(max_examples=60)
def test_no_frame_is_too_bad_to_be_heard_and_the_car_judges_the_rest(payloads):
    for key, (_, command) in commands_of(THE_CAR).items():
        message, guard = THE_CAR.messages[key], THE_CAR.mapping.protections[key]
        for at, (payload, sealed) in enumerate(payloads):
            for path, value in command.requests(guard.seal(message, payload, at) if sealed else payload, at):
                with suppress(SetError):
                    SIMULATION.set(path, value)
                shown, _ = SIMULATION.observe(path)
                assert check(CONFIGS[path], shown) == shown


def test_a_foreign_reader_sees_the_car_in_the_words_of_the_database():
    cantools = pytest.importorskip("cantools", reason="cantools is not installed (dependency group foreign)")
    theirs = cantools.database.load_file(shipped(CAR, "dbc"), strict=True)
    simulation = Simulation(scenario="city")
    simulation.run(20)
    seen = {}
    for cyclic in cyclic_of(THE_CAR):
        seen |= theirs.decode_message(cyclic.message.id, cyclic.next_frame(simulation.observe, set()))
    car = simulation.car
    assert seen["SPEED"] == pytest.approx(3.6 * car.road.speed, abs=0.01)
    assert seen["VOLTAGE_12V"] == pytest.approx(car.low_voltage.voltage, abs=0.01)
    assert seen["OUTSIDE_TEMPERATURE"] == pytest.approx(simulation.world.weather.temperature, abs=0.05)
    assert (seen["LEVER"], seen["IGNITION"], seen["HOOD_OPEN"], seen["CHARGING"]) == ("D", "ON", "OFF", "OFF")


def test_a_sender_that_began_again_is_heard(command):
    for at in (0, 2 * SECOND):
        assert list(command.requests(frame(0, TEMPERATURE_L=20.0), at)) == [(TEMPERATURE, 20.0)]
