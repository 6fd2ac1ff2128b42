"""The control units of a mapping file: read, and every fault named with its line."""

import pytest

from carservices_hal.can.dbc import parse
from carservices_hal.can.mapping import MappingError, load

DBC = parse('BO_ 16 DRIVE: 8 A\n SG_ SPEED : 0|16@1+ (0.01,0) [0|655.35] "km/h" X\n', "car.dbc")
SIGNAL = "Vehicle.Speed: {dbc2vss: {signal: DRIVE.SPEED}}\n"


def test_they_are_read(tmp_path):
    file = tmp_path / "car.yaml"
    file.write_text(
        SIGNAL + "ecus:\n  BMS: {request: 0x7E4, response: 0x7EC}\n  VCU: {request: 0x18DA10F1, response: 417001744}\n"
    )
    assert load(file, [DBC]).ecus == [
        {"name": "BMS", "request": 0x7E4, "response": 0x7EC},
        {"name": "VCU", "request": 0x18DA10F1, "response": 0x18DAF110},
    ]


@pytest.mark.parametrize(
    ("ecu", "complaint"),
    [
        ("{request: 0x7E4}", "needs request and response"),
        ("{request: 0x7E4, response: 0}", "needs request and response"),
        ("{request: 0x7E4, response: 0x3FFFFFFF}", "needs request and response"),
        ("{request: true, response: seven}", "needs request and response"),
        ("{request: 0x7E4, response: 0x7EC, bus: 1}", "BMS has no key 'bus'"),
        ("0x7E4", "BMS has no keys"),
    ],
)
def test_faults_have_their_line(tmp_path, ecu, complaint):
    file = tmp_path / "car.yaml"
    file.write_text(f"{SIGNAL}ecus:\n  BMS: {ecu}\n")
    with pytest.raises(MappingError, match=f"car.yaml:3: .*{complaint}"):
        load(file, [DBC])
