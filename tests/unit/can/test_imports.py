"""Databases of other formats, read by cantools, say the same as a DBC."""

import random

import pytest

from carservices_hal.can.car import databases
from carservices_hal.can.codec import decoder
from carservices_hal.can.dbc import DbcError, parse
from carservices_hal.can.imports import load

cantools = pytest.importorskip("cantools", reason="cantools is not installed (dependency group foreign)")

DBC = """VERSION ""
NS_ :
BS_:
BU_: VCU BMS
BO_ 512 DRIVE: 8 VCU
 SG_ SPEED : 0|16@1+ (0.01,0) [0|655.35] "km/h" BMS
 SG_ TORQUE : 23|12@0- (0.5,-100) [-1124|923.5] "Nm" BMS
 SG_ MODE : 56|4@1+ (1,0) [0|15] "" BMS
BO_ 2566844926 CELLS: 8 BMS
 SG_ PAGE M : 0|8@1+ (1,0) [0|15] "" VCU
 SG_ LOW m0 : 8|16@1+ (0.001,0) [0|5] "V" VCU
 SG_ HIGH m3 : 8|16@1+ (0.001,2) [0|5] "V" VCU
BO_ 768 TEMPERATURE: 8 BMS
 SG_ INLET : 0|32@1- (1,0) [0|0] "C" VCU
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_ "GenMsgCycleTime" BO_ 512 20;
VAL_ 512 MODE 0 "ECO" 7 "SPORT" ;
SIG_VALTYPE_ 768 INLET : 1;
"""
OURS = parse(DBC)
EMPTY = '<AUTOSAR xmlns="http://autosar.org/schema/r4.0"><AR-PACKAGES></AR-PACKAGES></AUTOSAR>'


def element(tag, name="", *children, **values):
    """An element of AUTOSAR XML; values are its simple children, a tuple is (kind, path) of a reference."""
    inner = f"<SHORT-NAME>{name}</SHORT-NAME>" if name else ""
    for key, value in values.items():
        dest, text = (f' DEST="{value[0]}"', value[1]) if isinstance(value, tuple) else ("", value)
        key = key.replace("_", "-")
        inner += f"<{key}{dest}>{text}</{key}>"
    return f"<{tag}>{inner}{''.join(children)}</{tag}>"


def arxml():
    """One frame 0x101 with one signal, bits 4 to 15."""
    order = {"PACKING_BYTE_ORDER": "MOST-SIGNIFICANT-BYTE-LAST"}
    triggering = element(
        "CAN-FRAME-TRIGGERING", "T", FRAME_REF=("CAN-FRAME", "/C/F"), CAN_ADDRESSING_MODE="STANDARD", IDENTIFIER=257
    )
    channel = element("CAN-PHYSICAL-CHANNEL", "X", element("FRAME-TRIGGERINGS", "", triggering))
    cluster = element("CAN-CLUSTER-CONDITIONAL", "", element("PHYSICAL-CHANNELS", "", channel), BAUDRATE=500_000)
    pdu = element("PDU-TO-FRAME-MAPPING", "M", **order, PDU_REF=("I-SIGNAL-I-PDU", "/C/P"), START_POSITION=0)
    place = element("I-SIGNAL-TO-I-PDU-MAPPING", "N", I_SIGNAL_REF=("I-SIGNAL", "/C/S"), **order, START_POSITION=4)
    elements = [
        element("CAN-CLUSTER", "BUS", element("CAN-CLUSTER-VARIANTS", "", cluster)),
        element("CAN-FRAME", "F", element("PDU-TO-FRAME-MAPPINGS", "", pdu), FRAME_LENGTH=8),
        element("I-SIGNAL-I-PDU", "P", element("I-SIGNAL-TO-PDU-MAPPINGS", "", place), LENGTH=8),
        element("I-SIGNAL", "S", LENGTH=12, SYSTEM_SIGNAL_REF=("SYSTEM-SIGNAL", "/C/Y")),
        element("SYSTEM-SIGNAL", "Y"),
    ]
    return EMPTY.replace(
        "</AR-PACKAGES>", element("AR-PACKAGE", "C", element("ELEMENTS", "", *elements)) + "</AR-PACKAGES>"
    )


@pytest.fixture
def written(tmp_path):
    def written(kind):
        theirs = cantools.database.load_string(DBC, "dbc")
        file = tmp_path / f"car.{kind}"
        file.write_text(getattr(theirs, f"as_{kind}_string")(), encoding="utf-8")
        return file

    return written


@pytest.mark.parametrize("kind", ["kcd", "sym"])
def test_the_same_database_in_another_format(kind, written):
    (theirs,) = databases([str(written(kind))])
    assert theirs.messages.keys() == OURS.messages.keys()
    rng = random.Random(1)
    for key, ours in OURS.messages.items():
        message = theirs.messages[key]
        assert (message.name, message.length, message.period) == (ours.name, ours.length, ours.period)
        names = sorted(ours.signals)
        assert sorted(message.signals) == names
        for name in names:
            one, other = ours.signals[name], message.signals[name]
            assert (other.unit, other.values) == (one.unit, one.values)
        for page in (0, 3, 9):
            frame = bytes([page]) + rng.randbytes(7)
            assert decoder(message, names)(frame) == decoder(ours, names)(frame)


def test_a_frame_of_autosar(tmp_path):
    file = tmp_path / "car.arxml"
    file.write_text(arxml())
    (message,) = load(file).messages.values()
    assert (message.name, message.id, message.length) == ("F", 257, 8)
    assert decoder(message, ["S"])(bytes([0xF3, 0xAB, 0, 0, 0, 0, 0, 0])) == (0xABF,)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("car.kcd", b"<NetworkDefinition", "car.kcd: cantools cannot read it"),
        ("car.sym", b"FormatVersion=9.0\n{SIG}\n", "car.sym: cantools cannot read it"),
        ("car.arxml", b"\x00\x01", "car.arxml: cantools cannot read it"),
        ("car.arxml", EMPTY.encode(), "car.arxml: "),
        ("none.kcd", None, "none.kcd: cannot be read"),
    ],
)
def test_files_that_cannot_be_used(name, content, says, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DbcError) as error:
        load(tmp_path / name)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_truncated_file(written):
    file = written("kcd")
    file.write_text(file.read_text()[:-200])
    with pytest.raises(DbcError, match="cantools cannot read it"):
        load(file)
