"""Mapping files: what they may say, and every fault named with its line."""

import pytest

from carservices.signals import Access, ChangeMode
from carservices_hal.can import mapping
from carservices_hal.can.dbc import parse
from carservices_hal.can.encode import encode
from carservices_hal.can.expression import FormulaError, compile_formula
from carservices_hal.can.mapping import MappingError
from carservices_hal.can.receiver import Receiver

DBC = parse(
    """BO_ 16 DRIVE: 8 A
 SG_ SPEED : 0|16@1+ (0.01,0) [0|655.35] "km/h" X
 SG_ GEAR : 16|4@1+ (1,0) [0|15] "" X
 SG_ ODO : 24|24@1+ (1,0) [0|1] "km" X
 SG_ LIGHT : 48|2@1+ (1,0) [0|3] "" X
BO_ 17 CLIMATE: 8 A
 SG_ LEFT : 0|8@1+ (0.5,0) [16|28] "C" X
 SG_ SUM : 56|8@1+ (1,0) [0|255] "" X
BO_ 18 CLIMATE_CMD: 8 A
 SG_ LEFT : 0|8@1+ (0.5,0) [16|28] "C" X
 SG_ MODE : 8|4@1+ (1,0) [0|3] "" X
BO_ 19 DRIVE: 8 A
 SG_ SPEED : 0|16@1+ (0.01,0) [0|655.35] "km/h" X
VAL_ 16 GEAR 0 "P" 5 "D" 6 "N" 7 "R" ;
VAL_ 16 LIGHT 0 "OFF" 1 "ON" ;
VAL_ 18 MODE 0 "NORMAL" 1 "SPORT" ;
""",
    "car.dbc",
)
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"


@pytest.fixture
def load(tmp_path):
    def load(text):
        file = tmp_path / "car.yaml"
        file.write_text(text, encoding="utf-8")
        return mapping.load(file, [DBC])

    return load


def test_the_shape_of_kuksa(load):
    car = load(f"""
{GEAR}:
  type: sensor
  datatype: int8
  dbc2vss:
    signal: GEAR
    on_change: true
    transform:
      mapping:
        - from: P
          to: 126
        - {{from: D, to: 127}}
        - {{from: 6, to: 0}}
Vehicle.TraveledDistance:
  dbc2vss: {{signal: 0x10.ODO, interval_ms: 1000, transform: {{math: "floor(x * 1000)"}}}}
Vehicle.Speed:
  dbc2vss: {{signal: 0x13.SPEED}}
{TEMPERATURE}:
  type: actuator
  dbc2vss: {{signal: CLIMATE.LEFT, on_change: true}}
  vss2dbc: {{signal: CLIMATE_CMD.LEFT}}
frames:
  CLIMATE: {{period_ms: 200, checksum: SUM, algorithm: xor8}}
""")
    gear, distance, speed, temperature = car.readings
    assert [gear.convert(raw) for raw in (0, 5, 6, 7)] == [126, 127, 0, None]
    assert (distance.convert(12.5), distance.config.max_rate, distance.config.min_rate) == (12500, 1.0, 1.0)
    assert (speed.key, speed.config.change_mode, speed.config.max_rate) == (19, ChangeMode.CONTINUOUS, 10.0)
    assert temperature.config is car.configs[TEMPERATURE] is car.commands[TEMPERATURE].config
    assert (temperature.config.access, temperature.config.min, temperature.config.max) == (Access.READ_WRITE, 16, 28)
    assert car.periods == {17: 0.2}
    assert car.protections[17].algorithm == "xor8"


def test_texts_of_the_value_table_and_back(load):
    car = load("""
Vehicle.Powertrain.Transmission.PerformanceMode:
  vss2dbc: {signal: MODE, transform: {mapping: [{from: SPORT, to: SPORT}, {from: NORMAL, to: 0}]}}
Vehicle.Body.Lights.Beam.Low.IsOn: {dbc2vss: {signal: LIGHT, transform: {mapping: [{from: ON, to: true}]}}}
Vehicle.Body.Lights.Beam.High.IsOn: {dbc2vss: {signal: LIGHT}}
""")
    (command,) = car.commands.values()
    assert (command.convert("SPORT"), command.convert("NORMAL"), command.config.access) == (1, 0, Access.WRITE)
    low, high = car.readings
    assert [low.convert(raw) for raw in (0, 1)] == [None, True]
    assert [high.convert(raw) for raw in (0, 1, 2, 3)] == [False, True, None, None]


def test_a_formula_of_several_signals_of_one_frame(load):
    car = load(
        "Vehicle.TraveledDistance: {dbc2vss: {signal: ODO, transform: {math: 'x * 1000 + LIGHT'}}}\n"
        "Vehicle.Powertrain.Transmission.CurrentGear: {dbc2vss: {signal: GEAR, transform: {math: x}}}\n"
    )
    distance, gear = car.readings
    assert (distance.others, gear.others) == (("LIGHT",), ())
    receiver = Receiver(DBC.messages, car)
    frame = encode(DBC.messages[16], {"ODO": 7, "LIGHT": 3, "GEAR": 5})
    assert [value for _, value, _ in receiver.feed(16, frame, 0)] == [7003, 5]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("Vehicle.Sped: {dbc2vss: {signal: ODO}}", "'Vehicle.Sped' is unknown; did you mean Vehicle.Speed"),
        ("Vehicle.Speed: {dbc2vss: {signal: DRIVE.SPEED}}", "DRIVE.SPEED can be 0x10.SPEED or 0x13.SPEED; write which"),
        ("Vehicle.Speed: {dbc2vss: {signal: SPEED}}", "SPEED can be DRIVE.SPEED or DRIVE.SPEED; write which"),
        ("Vehicle.Speed: {dbc2vss: {signal: CLIMATE.NONE}}", "message CLIMATE has no signal NONE in car.dbc"),
        ("Vehicle.Speed: {dbc2vss: {signal: NONE.LEFT}}", "no message for NONE.LEFT in car.dbc"),
        ("Vehicle.Speed: {dbc2vss: {math: x}}", "has no key 'math'"),
        ("Vehicle.Speed: {dbc2vss: {}}", "Vehicle.Speed names no signal"),
        ("Vehicle.Speed: {datatype: int8, dbc2vss: {signal: GEAR}}", "is datatype float in the catalogue, int8 here"),
        ("Vehicle.Speed: {vss2dbc: {signal: GEAR}}", "is a sensor; only an actuator can have vss2dbc"),
        ("Vehicle.Speed: {dbc2vss: {signal: GEAR, interval_ms: -1}}", "interval_ms -1; write milliseconds"),
        ("Vehicle.Speed: {dbc2vss: {signal: GEAR, transform: {math: x.y}}}", "Attribute is not allowed"),
        ("Vehicle.Speed: {dbc2vss: {signal: GEAR, transform: {math: x + LEFT}}}", "'LEFT' is not allowed"),
        ("Vehicle.Speed: {dbc2vss: {signal: GEAR, transform: {maths: x}}}", "no transform; write transform:"),
        ("Vehicle.Speed: {dbc2vss: {signal: GEAR, transform: {mapping: []}}}", "an empty table"),
        ("Vehicle.Speed: {dbc2vss: {signal: GEAR, transform: {mapping: [{from: X, to: 1}]}}}", "which has 'P', 'D'"),
        ("Vehicle.Speed: {dbc2vss: {signal: GEAR, transform: {mapping: [{from: P}]}}}", "no row of a table"),
        ("Vehicle.TraveledDistance: {dbc2vss: {signal: ODO}}", "ODO is in km, Vehicle.TraveledDistance in m; write"),
        ("Vehicle.LowVoltageSystemState: {dbc2vss: {signal: ODO}}", "ODO has no value table to take texts from"),
        ("Vehicle.Body.Lights.Brake.IsActive: {vss2dbc: {signal: LIGHT}}", "has no INACTIVE, ACTIVE, ADAPTIVE"),
        ("Vehicle.Cabin.SeatPosCount: {dbc2vss: {signal: ODO}}", "is a list (uint8[])"),
        ("Vehicle.Speed: {type: sensor}", "has neither dbc2vss nor vss2dbc"),
        ("frames: {CLIMATE: {checksum: NONE}}", "message CLIMATE has no signal NONE"),
        ("frames: {CLIMATE: {checksum: SUM, algorithm: md5}}", "no checksum 'md5'; there are sum8"),
        ("frames: {CLIMATE: {period_ms: fast}}", "period_ms 'fast'"),
        ("frames: {DRIVE: {period_ms: 1}}", "2 messages DRIVE: write 0x10 or 0x13"),
    ],
)
def test_a_fault_with_its_line(entry, says, load):
    with pytest.raises(MappingError) as error:
        load(f"\nVehicle.CurrentLocation.Altitude: {{dbc2vss: {{signal: ODO, transform: {{math: x}}}}}}\n{entry}\n")
    assert "car.yaml:3: " in str(error.value)
    assert says in str(error.value)


def test_the_databases_of_another_car_are_said_once(load):
    entries = "\n".join(f"{path}: {{dbc2vss: {{signal: X.Y}}}}" for path in ("Vehicle.Speed", "Vehicle.IsMoving"))
    with pytest.raises(MappingError, match=r"car\.yaml: none of its signals is in .*: are these the databases of this"):
        load(entries)


def test_all_faults_at_once(load):
    with pytest.raises(MappingError) as error:
        load(
            "Vehicle.Speed: {dbc2vss: {signal: NONE}}\nVehicle.Sped: {}\nVehicle.Cabin.DoorCount: 4\nVehicle.Sped: {}\n"
        )
    assert [line.split(":")[1] for line in str(error.value).splitlines()] == ["1", "2", "3", "3", "4"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: no signal in it"),
        ("a: [1, 2", ":1: no YAML"),
        ("a: 1\na: 2\n", ":2: 'a' twice, first in line 1"),
        ("a: &x {b: 1}\nc: *x\n", ":2: an alias"),
        ("a: " + "[" * 50 + "]" * 50, ":1: more than 20 levels"),
        ("? [a]\n: 1\n", ":1: a key that is no text"),
        ("- 1\n", ":1: no signal in it"),
        ("a: !!python/object:os.system {}\n", "'a' is unknown"),
    ],
)
def test_text_that_is_no_mapping(text, says, load):
    with pytest.raises(MappingError) as error:
        load(text)
    assert says in str(error.value)


def test_a_file_that_is_not_there():
    with pytest.raises(MappingError, match=r"none\.yaml: cannot be read"):
        mapping.load("none.yaml", [DBC])


@pytest.mark.parametrize(
    ("text", "x", "result"),
    [
        ("floor((x*40)-100)", 3, 20),
        ("1 if x > 2 else -x", 3, 1),
        ("round(x / 3 + max(x, 7) % 4)", 6, 5),
        ("x**2", -3, 9),
    ],
)
def test_formulas(text, x, result):
    assert compile_formula(text)(x) == result


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "x.real", "(lambda: 1)()", "x**x", "'a'*9", "[x]", "9**8**8", "x<<3", "1e999", "floor", "y",
     "True", "floor(", "min(x)", "x if", "x; x", "x:=1", "f'{x}'", "x[0]", "x\n" * 300],
)  # fmt: skip
def test_what_is_no_formula(text):
    with pytest.raises(FormulaError):
        compile_formula(text)


def test_powers_cannot_grow_without_end():
    with pytest.raises(ArithmeticError):
        compile_formula("(((x**8)**8)**8)**8")(9)
