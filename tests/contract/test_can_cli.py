"""`carservices can`: frames in words and back, logs onto buses, curves, and what a database explains."""

import json
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor

import can
import pytest

from carservices.cli.main import FAILED, OK, USAGE, main
from carservices_hal.can.chart import COLUMNS, Curve, columns, terminal
from carservices_hal.can.encode import encode
from tests.unit.can.ecu import CLIMATE, GUARD, HERE, STATE

DBC = ["--dbc", str(HERE / "bench.dbc")]
KINDS = [
    can.Message(1.0, CLIMATE.id, False, data=encode(CLIMATE, {"LEFT": 21.5, "FAN": 40}), channel=0),
    can.Message(1.5, 0x18FEF1FE, True, data=b"\1\2", channel=0),
    can.Message(2.0, 0x123, False, is_remote_frame=True, channel=0),
    can.Message(2.5, 0x222, False, data=bytes(12), is_fd=True, bitrate_switch=True, channel=0),
    can.Message(3.0, STATE.id, False, data=GUARD.seal(STATE, encode(STATE, {"GEAR": 3, "SPEED": 50}), 0), channel=1),
    can.Message(3.5, CLIMATE.id, False, data=b"\1", channel=1),
]


@pytest.fixture
def log(tmp_path):
    def log(frames=KINDS, name="drive.asc"):
        with can.Logger(tmp_path / name) as writer:
            for frame in frames:
                writer(frame)
        return str(tmp_path / name)

    return log


def ran(capsys, *arguments, status=OK):
    assert main(["can", *arguments]) == status
    said = capsys.readouterr()
    return said.err if status else said.out


def test_frames_in_words(log, capsys):
    lines = ran(capsys, "dump", log(), *DBC).splitlines()
    assert lines[0].endswith("HVAC_STATE LEFT=21.5 C AC=0 FAN=40 %")
    assert lines[1].split() == ["(0.500000)", "can0", "18FEF1FE#0102", "?"]
    assert lines[2].endswith("? (remote frame)")
    assert "VCU_STATE SPEED=50 km/h GEAR=D COUNTER=0" in lines[4]
    assert lines[5].endswith("(HVAC_STATE: 1 bytes, its signals need 3)")


def test_a_dump_as_candump_is_a_log_again(log, capsys, tmp_path):
    frames = [*KINDS, can.Message(4.0, is_error_frame=True)]
    source = log(frames, "drive.log")
    (tmp_path / "again.log").write_text(ran(capsys, "dump", source, "--candump"))
    with can.LogReader(tmp_path / "again.log") as again:
        for frame, back in zip(frames, again, strict=True):
            assert back.equals(frame, check_channel=False, check_direction=False), (frame, back)


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (["--id", "0x123"], ["0x123"]),
        (["--message", "VCU_STATE"], ["0x101"]),
        (["--signal", "0x301.LEFT", "--id", "222"], ["0x301", "0x222", "0x301"]),
        (["--bus", "1"], ["0x101", "0x301"]),
        (["--count", "2"], ["0x301", "0x18FEF1FE"]),
        (["--count", "0"], []),
    ],
)
def test_chosen_frames_as_json(chosen, ids, log, capsys):
    found = [json.loads(line) for line in ran(capsys, "dump", log(), *DBC, "--json", *chosen).splitlines()]
    assert [frame["id"] for frame in found] == ids
    if "--signal" in chosen:
        assert found[0]["signals"] == {"LEFT": {"value": 21.5, "unit": "C", "text": None}}


def test_a_log_onto_a_bus_and_a_dump_from_it(log, capsys, request):
    with can.Bus(request.node.name, "virtual", ignore_config=True) as bus, ThreadPoolExecutor(1) as pool:
        there = ["--interface", "virtual", "--channel", request.node.name]
        assert ran(capsys, "replay", log(), *there, "--fd", "--speed", "1000").startswith("6 frames in ")
        heard = [bus.recv(20) for _ in KINDS]
        assert [
            m.equals(k, None, check_channel=False, check_direction=False) for m, k in zip(heard, KINDS, strict=True)
        ] == [True] * 6
        dump = pool.submit(main, ["can", "dump", *there, *DBC, "--message", "HVAC_STATE", "--count", "1"])
        while not dump.done():
            bus.send(KINDS[0])
        assert dump.result() == OK
    assert "LEFT=21.5 C" in capsys.readouterr().out


def test_what_a_database_and_a_mapping_explain(log, capsys):
    odd = can.Message(4.0, CLIMATE.id, False, data=encode(CLIMATE, {"LEFT": 120, "FAN": 1}), channel=0)
    arguments = ["coverage", log([*KINDS, odd]), *DBC, "--mapping", str(HERE / "bench.yaml")]
    report = json.loads(ran(capsys, *arguments, "--json"))
    assert report["explained"] == {"frames": 4, "share": 66.67, "ids": 2}
    climate = report["rows"][0]
    assert (climate["id"], climate["frames"], climate["short"], climate["mapped"]) == ("0x301", 3, 1, 3)
    assert climate["out_of_range"] == {"LEFT": 1}
    assert climate["period_ms"] == pytest.approx(1500)
    assert report["messages_never_seen"] == ["HVAC_COMMAND"]
    assert report["paths"]["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"] == {"available": 1, "error": 1}
    text = ran(capsys, *arguments)
    assert "LEFT out of range 1×, too short 1×" in text
    assert "the database explains 4 of 6 frames (66.67 %), 2 of 4 ids" in text


def test_oddities_of_a_database_with_their_lines(capsys, tmp_path):
    odd = tmp_path / "odd.dbc"
    odd.write_text('BO_ 16 M: 8 A\n SG_ S : 60|8@1+ (1,0) [0|1] "" X\n')
    said = ran(capsys, "check", "--dbc", str(odd), *DBC, "--mapping", str(HERE / "bench.yaml"))
    assert said.splitlines()[0] == f"{odd}:2: S: reaches over the 8 bytes of M"
    assert f"{odd}: 1 messages, 1 signals, 1 oddities" in said
    assert said.endswith("bench.yaml: 5 signals read, 3 commanded\n")
    report = json.loads(ran(capsys, "check", *DBC, "--json"))
    assert report["databases"][0]["messages"] == 3


def test_curves(log, capsys, tmp_path):
    frames = [can.Message(n / 10, CLIMATE.id, False, data=encode(CLIMATE, {"LEFT": 16 + n % 9})) for n in range(50)]
    text = ran(capsys, "plot", log(frames), *DBC, "HVAC_STATE.LEFT")
    assert text.splitlines()[0] == "HVAC_STATE.LEFT [C]"
    assert [text.splitlines()[row].split()[0] for row in (1, 8)] == ["24", "16"]
    picture = tmp_path / "left.svg"
    ran(capsys, "plot", log(frames), *DBC, "LEFT", "--from", "1", "--to", "2", "-o", str(picture), status=USAGE)
    ran(capsys, "plot", log(frames), *DBC, "0x301.LEFT", "FAN", "--from", "1", "-o", str(picture), status=USAGE)
    ran(capsys, "plot", log(frames), *DBC, "0x301.LEFT", "--from", "1", "--to", "2", "-o", str(picture))
    texts = [node.text for node in xml.parse(picture).iter() if node.text and node.text.strip()]
    assert texts[:3] == ["HVAC_STATE.LEFT [C]", "24", "16"]
    assert (texts[3], texts[-1]) == ("1.00 s", "2.00 s")


def test_what_is_no_value_does_not_flatten_the_curve(log, capsys):
    frames = [can.Message(n / 10, CLIMATE.id, False, data=encode(CLIMATE, {"LEFT": 16 + n % 9})) for n in range(50)]
    frames[7].data[0] = 0xFF
    assert main(["can", "plot", str(log(frames)), "--dbc", f"{DBC[1]},{DBC[1]}", "0x301.LEFT"]) == OK
    said = capsys.readouterr()
    assert [said.out.splitlines()[row].split()[0] for row in (1, 8)] == ["24", "16"]
    assert said.err.startswith("HVAC_STATE.LEFT: left out 1 values beyond 16 to 28")


def test_no_peak_is_lost_in_a_column():
    points = [(n / 1000, 5.0 if n == 4321 else 1.0) for n in range(10_000)]
    parts = columns(Curve("x", "", points), 0.0, 10.0, 50)
    assert [part for part in parts if part != (1.0, 1.0, 1.0)] == [(1.0, 5.0, 1.0)]
    assert len(terminal([Curve("flat", "V", [(3.0, 2.0)])]).splitlines()[1]) == 11 + COLUMNS


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["dump", "none.log"], FAILED, "none.log: cannot be read"),
        (["dump", "--interface", "nosuch"], FAILED, "no CAN bus with interface=nosuch"),
        (["dump", "{log}", *DBC, "--message", "HVAC_STAT"], USAGE, "no message HVAC_STAT (did you mean HVAC_STATE?)"),
        (["dump", "{log}", *DBC, "--signal", "LEFT"], USAGE, "LEFT can be HVAC_STATE.LEFT or HVAC_COMMAND.LEFT"),
        (["dump", "{log}", "--id", "xyz"], USAGE, "--id 'xyz': write hexadecimal"),
        (["dump", "--bitrate", "fast"], USAGE, "--bitrate 'fast': write bits a second"),
        (["plot", "{log}", "SPEED"], USAGE, "can plot needs a database: --dbc FILE"),
        (["plot", "{log}", *DBC, "SPEED", "--from", "9"], FAILED, "has no value of VCU_STATE.SPEED there"),
        (["plot", "{log}", *DBC, "SPEED", "-o", "/dev/null/x.svg"], FAILED, "/dev/null/x.svg: cannot be written"),
        (["coverage", "{log}", *DBC, "--mapping", "none"], FAILED, "none: cannot be read"),
        (["replay", "{log}", "-i", "virtual", "--bus", "9"], FAILED, "the log has no frame to send"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(arguments, status, says, log, capsys):
    source = log()
    assert main(["can", *(word.format(log=source) for word in arguments)]) == status
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
