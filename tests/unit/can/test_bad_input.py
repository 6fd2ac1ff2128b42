"""Files that are cut, garbled or of another kind: an error with a sentence, or what can be understood, no crash."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carservices.hal import HalError
from carservices.signals import Status
from carservices_hal.can import mapping
from carservices_hal.can.car import databases
from carservices_hal.can.codec import ShortFrame, decoder
from carservices_hal.can.dbc import DbcError, load, parse
from carservices_hal.can.encode import EncodeError, encode
from carservices_hal.can.mapping import MappingError
from carservices_hal.can.receiver import Receiver
from carservices_hal.replay.logs import frames
from tests.unit.can.ecu import GUARD, HERE, STATE
from tests.unit.can.test_dbc import WHOLE

NUMBERS = [
    "0",
    "-1",
    "7",
    "64",
    "65",
    "1e999",
    "-1e308",
    "1e-320",
    "99999999999999999999",
    "0x7F",
    "..",
    "+-",
    "nan",
    "E",
]


@st.composite
def garbled(draw):
    """A database in which numbers were replaced, and that ends too early."""
    words = WHOLE[: draw(st.integers(0, len(WHOLE)))].split(" ")
    for _ in range(draw(st.integers(0, 6))):
        words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(NUMBERS))
    return " ".join(words)


@given(garbled(), st.binary(max_size=64))
def test_what_is_left_of_a_database_decodes_any_frame(text, frame):
    try:
        dbc = parse(text)
    except DbcError:
        return
    for message in dbc.messages.values():
        for name, signal in message.signals.items():
            try:
                (value,) = decoder(message, [name])(frame)
            except (ShortFrame, OverflowError):  # a factor that no float times
                continue
            if value is not None and signal.bytes_needed <= message.length:
                try:
                    assert len(encode(message, {name: value})) == message.length
                except (EncodeError, ArithmeticError, ValueError):
                    continue


GARBAGE = st.one_of(
    st.binary(max_size=300), st.text("(0123456789.) can#ABCDEFR\n;dxRT-:,", max_size=300).map(str.encode)
)


@pytest.mark.parametrize("name", ["x.log", "x.asc", "x.trc", "x.csv", "x.log.gz", "savvy.csv"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=GARBAGE)
def test_a_log_of_garbage(name, content, tmp_path):
    file = tmp_path / name
    file.write_bytes(b"Time Stamp,ID,Extended,Bus,LEN,D1\n" * (name == "savvy.csv") + content)
    try:
        found = list(frames(file))
    except HalError as error:
        found = []
        assert_one_line(error)
    assert all(len(payload) <= 64 for _, _, payload in found)


def assert_one_line(error):
    assert "\n" not in str(error)


@pytest.mark.parametrize("cut", range(1, 1200, 23))
def test_a_mapping_that_ends_too_early(cut, tmp_path):
    text = (HERE / "bench.yaml").read_text()
    file = tmp_path / "car.yaml"
    file.write_text(text[:cut])
    try:
        car = mapping.load(file, [load(HERE / "bench.dbc")])
    except MappingError as error:
        misplaced = [line for line in str(error).splitlines() if not line.startswith(f"{file}:")]
    else:
        misplaced = set(car.configs) - set(mapping.load(HERE / "bench.yaml", [load(HERE / "bench.dbc")]).configs)
    assert not misplaced


def test_a_giant_mapping_and_one_in_another_coding(tmp_path):
    giant, other = tmp_path / "giant.yaml", tmp_path / "other.yaml"
    giant.write_bytes(b"#" * (2**20 + 1))
    other.write_text((HERE / "bench.yaml").read_text(), encoding="utf-16")
    for file, says in ((giant, "larger than 1 MB"), (other, "cannot be read")):
        with pytest.raises(MappingError, match=says):
            mapping.load(file, [load(HERE / "bench.dbc")])


def test_a_database_in_another_coding(tmp_path):
    file = tmp_path / "car.dbc"
    file.write_text(WHOLE, encoding="utf-16")
    with pytest.raises(HalError, match="no message"):
        databases([str(file)])


def test_one_id_in_two_databases(tmp_path):
    other = tmp_path / "other.dbc"
    other.write_text('BO_ 257 AGAIN: 8 A\n SG_ S : 0|8@1+ (1,0) [0|1] "" X\n')
    bases = databases([str(HERE / "bench.dbc"), str(other)])
    (lint,) = bases[1].lints
    assert lint.text == f"AGAIN: the id of VCU_STATE in {HERE / 'bench.dbc'}; that one is left out"


def test_a_database_of_the_wrong_byte_order_gives_errors_and_no_values(tmp_path):
    right = (HERE / "bench.dbc").read_text()
    wrong = parse(right.replace("SPEED : 0|16@1+", "SPEED : 7|16@0+"))
    file = tmp_path / "car.yaml"
    file.write_text((HERE / "bench.yaml").read_text().replace("Vehicle.Speed:", "Vehicle.Speed:\n  max: 250", 1))
    car = mapping.load(file, [wrong])
    frame = GUARD.seal(STATE, encode(STATE, {"SPEED": 50.0, "GEAR": 3}), 0)
    found = {path: status for path, _, status in Receiver(wrong.messages, car).feed(STATE.key, frame, 0)}
    assert found == {
        "Vehicle.Speed": Status.ERROR,  # 50 km/h read backwards is beyond the limit
        "Vehicle.Powertrain.Transmission.CurrentGear": Status.AVAILABLE,
    }
