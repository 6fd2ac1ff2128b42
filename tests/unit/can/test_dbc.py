"""The DBC reader: what it understands, what it only remarks, what it refuses."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices_hal.can.codec import decoder
from carservices_hal.can.dbc import EXTENDED, MAX_BYTES, DbcError, load, parse

KONA = Path(__file__).parents[4] / "shared/data/can/kona"

WHOLE = """VERSION "1"
NS_ :
\tCM_
\tVAL_
BS_:
BU_: VCU BMS
BO_ 512 DRIVE: 8 VCU
 SG_ SPEED : 0|16@1+ (0.01,0) [0|655.35] "km/h" Vector__XXX
 SG_ TORQUE : 23|12@0- (0.5,-100) [-1124|923.5] "Nm" Vector__XXX
 SG_ MODE M : 56|4@1+ (1,0) [0|15] "" Vector__XXX
 SG_ LEFT m0 : 36|8@1+ (1,0) [0|255] "" Vector__XXX
 SG_ RIGHT m1: 36|8@1+ (1,0) [0|255] "" Vector__XXX
 SG_ REAR m7 : 36|8@1+ (1,0) [0|255] "" Vector__XXX

BO_ 2566844926 CELLS: 64 BMS
 SG_ VOLTAGE : 0|32@1- (1,0) [0|0] "V" VCU

CM_ BO_ 512 "What the driver
asked for";
CM_ SG_ 512 SPEED "of the car";
VAL_ 512 MODE 0 "Left" 1 "Right" 7 "Rear; both" ;
VAL_ SomeEnvironmentVariable 0 "a" ;
SIG_VALTYPE_ 2566844926 VOLTAGE : 1;
SG_MUL_VAL_ 512 REAR MODE 2-3, 7-7;
BA_ "GenMsgCycleTime" BO_ 512 20;
"""


def lints(text):
    return [(lint.line, lint.text) for lint in parse(text).lints]


def test_a_whole_file():
    dbc = parse(WHOLE)
    drive, cells = dbc.messages.values()
    assert (drive.id, drive.extended, drive.length, drive.sender, drive.period) == (512, False, 8, "VCU", 0.02)
    assert drive.comment == "What the driver\nasked for"
    assert (cells.id, cells.extended, cells.length, cells.key) == (0x18FEF1FE, True, 64, 0x18FEF1FE | EXTENDED)
    assert cells.signals["VOLTAGE"].is_float
    speed, torque = drive.signals["SPEED"], drive.signals["TORQUE"]
    assert (speed.factor, speed.unit, speed.maximum, speed.comment) == (0.01, "km/h", 655.35, "of the car")
    assert (torque.little_endian, torque.signed, torque.start, torque.first, torque.offset) == (
        False,
        True,
        23,
        16,
        -100,
    )
    assert drive.signals["MODE"].values == {0: "Left", 1: "Right", 7: "Rear; both"}
    assert {name: signal.selected for name, signal in drive.signals.items() if signal.selector} == {
        "LEFT": ((0, 0),),
        "RIGHT": ((1, 1),),
        "REAR": ((2, 3), (7, 7)),
    }
    assert dbc.lints == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("BO_ 16 TWICE: 8 A", "the id of M, line 1"),
        ("BO_ x TWICE: 8 A", "not a message"),
        ("BO_ 5000 WIDE: 8 A", "taken as extended"),
        ("BO_ 17 LONG: 65 A", "more than 64 bytes"),
        ('SG_ S : 0|8@1+ (1,0) [0|1] "" X', "twice in M, first in line 2"),
        ('SG_ T : 0|8@1+ (1,x) [0|1] "" X', "not a signal"),
        ('SG_ T : 0|0@1+ (1,0) [0|1] "" X', "no bits"),
        ('SG_ T : 0|8@1+ (0,0) [0|1] "" X', "a factor of 0"),
        ('SG_ T : 60|8@1+ (1,0) [0|1] "" X', "reaches over the 8 bytes"),
        ('SG_ T : 0|9999@1+ (1,0) [0|1] "" X', "beyond 64 bytes"),
        ('SG_ T m3 : 0|8@1+ (1,0) [0|1] "" X', "no selector; left out"),
        ('VAL_ 16 T 0 "a" ;', "value table for T of message 16, which is not here"),
        ('CM_ SG_ 9 S "a";', "comment for S of message 9"),
        ("SIG_VALTYPE_ 16 S : 1;", "a float of 8 bits; left out"),
        ("SG_MUL_VAL_ 16 S NONE 0-1;", "its selector NONE is not here"),
    ],
)
def test_what_is_odd_is_remarked_with_its_line(statement, says):
    (lint,) = lints(f'BO_ 16 M: 8 A\n SG_ S : 0|8@1+ (1,0) [0|1] "" X\n {statement}\n')
    assert lint[0] == 3
    assert says in lint[1]


def test_signals_below_a_broken_message_belong_to_nobody():
    dbc = parse('BO_ 16 M: 8 A\nBO_ 17: 8 A\n SG_ S : 0|8@1+ (1,0) [0|1] "" X\n')
    assert dbc.messages[16].signals == {}


def test_a_truncated_text_in_quotes_takes_the_rest():
    dbc = parse('BO_ 16 M: 8 A\nCM_ BO_ 16 "never ends\nBO_ 17 N: 8 A\n')
    assert list(dbc.messages) == [16]


@pytest.mark.parametrize("content", [b"", b"\x00\xff\x13binary\n", b"Time,ID\n1,2\n"])
def test_a_file_that_is_no_dbc(content, tmp_path):
    file = tmp_path / "car.dbc"
    file.write_bytes(content)
    with pytest.raises(DbcError, match=r"car\.dbc: no message \(BO_\) in it; give a DBC file"):
        load(file)


def test_a_missing_and_a_giant_file(tmp_path):
    with pytest.raises(DbcError, match="No such file"):
        load(tmp_path / "none.dbc")
    giant = tmp_path / "giant.dbc"
    with giant.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(DbcError, match="larger than 32 MB"):
        load(giant)


def test_units_in_the_windows_code_page(tmp_path):
    file = tmp_path / "car.dbc"
    file.write_bytes('BO_ 16 M: 8 A\n SG_ S : 0|8@1+ (1,0) [0|1] "°C" X\n'.encode("cp1252"))
    assert load(file).messages[16].signals["S"].unit == "°C"


@pytest.mark.skipif(not KONA.is_dir(), reason="the logs of the Kona are not here")
def test_the_files_of_a_real_car_without_nodes_section():
    pcan = load(KONA / "pcan.dbc")
    assert len(pcan.messages) == 107
    assert sum(len(message.signals) for message in pcan.messages.values()) == 445
    assert pcan.messages[0x200].signals["CURRENT_GEAR"].values == {0: "P", 5: "D", 6: "N", 7: "R"}
    assert pcan.lints == []


@given(st.integers(-32768, 32767), st.sampled_from([0.1, 0.01, 0.05, 0.003, 2.5, 1]))
def test_what_the_ends_of_a_field_decode_to_keeps_its_limits(raw, factor):
    low, high = (f"{end * factor:.10g}" for end in (-32768, 32767))
    message = parse(f'BO_ 16 M: 2 A\n SG_ S : 0|16@1- ({factor},0) [{low}|{high}] "" X\n').messages[16]
    signal = message.signals["S"]
    (value,) = decoder(message, ["S"])(raw.to_bytes(2, "little", signed=True))
    assert signal.allows(value)
    assert signal.step(signal.minimum) <= value <= signal.step(signal.maximum)
    assert not signal.allows(signal.maximum + factor)
