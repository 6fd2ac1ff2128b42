"""Profiles, scenarios and trips: what ships is sound, what is broken is named in one line."""

import json

import pytest

from carservices.hal import HalError
from carservices_emulator.drivers.route import load_trip
from carservices_emulator.profile import load_profile
from carservices_emulator.scenario import Event, load_scenario
from carservices_emulator.tables import Curve
from carservices_emulator.tomlfile import DATA, find, names
from tests.unit.emulator.cars import PROFILES

MEGANE = (DATA / "profiles" / f"{PROFILES[0]}.toml").read_text(encoding="utf-8")


def message(load, *arguments):
    with pytest.raises(HalError) as error:
        load(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_ships_loads():
    assert names("profiles") == sorted(PROFILES)
    assert {load_profile(name).identity.vin for name in PROFILES}
    assert {"city", "wltc", "winter-motorway", "charging-stop", "faults", "parked"} <= set(names("scenarios"))
    for name in names("scenarios"):
        told = load_scenario(name).texts
        assert told.keys() == {"de", "fr"}
        assert all(story.name and story.description for story in told.values())
    for name in names("trips", ".json"):
        assert "OpenStreetMap" in load_trip(find("trips", name, ".json")).attribution


def test_a_profile_of_the_users_own(tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text(MEGANE.replace('model = "Megane E-Tech EV60"', 'model = "Mine"'), encoding="utf-8")
    assert load_profile(str(own)).identity.model == "Mine"


@pytest.mark.parametrize(
    ("old", "new", "key", "cure"),
    [
        ("mass = 1706", "mass = -1", "resistance.mass", "greater than 0"),
        ("mass = 1706", "", "resistance.mass", "add this key"),
        ("mass = 1706", "mass = 1706\nwings = 2", "resistance.wings", "remove it or correct its name"),
        ('axle = "front"', 'axle = "top"', "drive.axle", "'front' or 'rear'"),
        ("[5, 128]", "[0, 128]", "charging.dc", "strictly increasing"),
        ("[5, 128]", "[5, -128]", "charging.dc.1.1", "greater than or equal to 0"),
        ("[0.0, 0.84]", "[0.0, 0]", "drive.efficiency.0.1", "greater than 0"),
        (
            "efficiency = [[",
            "losses = { speed = [0, 9], torque = [0, 9], watts = [[1, 2]] }\n# [[",
            "drive.losses",
            "2 rows",
        ),
        ("efficiency = [[", "# [[", "drive", "either efficiency or losses"),
        ("usable = 60", "usable = 600", "battery.gross", "less than usable"),
        ("mass = 395", "mass = inf", "battery.mass", "finite"),
        ('"IEC_TYPE_2_AC"', '"TYPE_2"', "charging.inlets", "IEC_TYPE_2_AC, "),
        ('vin = "VF1RCB00069000060"', 'vin = "IOQ"', "identity.vin", "pattern"),
    ],
)
def test_a_broken_profile_is_named_by_file_line_and_key(tmp_path, old, new, key, cure):
    file = tmp_path / "broken.toml"
    file.write_text(MEGANE.replace(old, new), encoding="utf-8")
    text = message(load_profile, str(file))
    assert text.startswith(f"{file}:")
    assert key in text
    assert cure in text


def test_the_line_is_right(tmp_path):
    file = tmp_path / "broken.toml"
    file.write_text(MEGANE.replace("mass = 1706", "mass = -1"), encoding="utf-8")
    line = 1 + MEGANE.splitlines().index("mass = 1706")
    assert f"broken.toml:{line}: " in message(load_profile, str(file))


@pytest.mark.parametrize("text", ["[identity", "a = ", "\udcff", "a = " + "[" * 9999, "a = " + "1" * 9999])
def test_no_toml_at_all(tmp_path, text):
    file = tmp_path / "broken.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "not valid TOML" in message(load_profile, str(file))


@pytest.mark.parametrize("name", ["no-such-car", "../../etc/passwd", "missing.toml"])
def test_an_unknown_name_lists_what_there_is(name):
    assert PROFILES[0] in message(load_profile, name)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"do": "set", "path": "Vehicle.Body.Hood.IsOpen", "value": True}, "set Body.Hood.IsOpen = True"),
        ({"do": "plug", "kind": "dc", "power_kw": 150}, "plug dc, power_kw 150"),
        ({"do": "fail", "path": "Vehicle.Speed", "mode": "stuck", "seconds": 60}, "fail Speed, stuck, 60 s"),
        ({"do": "unplug"}, "unplug"),
    ],
)
def test_an_event_says_what_it_does(event, words):
    assert Event(time=1.0, **event).words == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ('do = "explode"', "there is no command 'explode'"),
        ('do = "fault"\nname = "warp"', "fault: name"),
        ('do = "fail"\npath = "Vehicle.Speed"\nmode = "odd"', "fail: mode"),
        ('do = "weather"\ntemperature = 99', "weather: temperature"),
        ('do = "set"\npath = "Vehicle.Warp"\nvalue = 1', "Vehicle.Warp is not a signal"),
        ('do = "set"\npath = "Vehicle.Speed"\nvalue = 1', "Vehicle.Speed is read-only"),
        ('do = "inject"\npath = "Vehicle.Speed"\nvalue = "fast"', "Vehicle.Speed cannot be 'fast'"),
        ('do = "fail"\npath = "Vehicle.Warp"', "Vehicle.Warp is not a signal"),
        ('do = "driver"\nname = "trip"\ntrip = "nowhere"', "there is no trip 'nowhere'"),
        ('do = "door"\ndoor = "roof"', "door: door"),
    ],
)
def test_a_broken_scenario_is_named(tmp_path, event, words):
    file = tmp_path / "story.toml"
    file.write_text(f'name = "x"\n\n[[at]]\ntime = 1\n{event}\n', encoding="utf-8")
    text = message(load_scenario, str(file))
    assert f"{file}:" in text
    assert words in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"points": [[53, 13, 1]]}, "points"),
        ({"points": [[95, 13, 1], [53, 13, 1]]}, "points.0.0"),
        ({"limits": [[9, 50]]}, "limits and stops refer"),
        ({"name": None}, "name"),
    ],
)
def test_a_broken_trip_is_named(tmp_path, change, words):
    trip = {"name": "t", "attribution": "a", "from": "x", "to": "y", "points": [[53, 13, 1], [53.001, 13, 1]]}
    file = tmp_path / "trip.json"
    file.write_text(json.dumps(trip | {"limits": [], "stops": []} | change), encoding="utf-8")
    assert words in message(load_trip, file)
    file.write_text("{", encoding="utf-8")
    assert "not valid JSON" in message(load_trip, file)


def test_curves():
    curve = Curve([(0, 0), (10, 100), (20, 0)])
    assert [curve(x) for x in (-5, 0, 5, 10, 15, 25)] == [0, 0, 50, 100, 50, 0]
    assert curve.integral(20) == pytest.approx(1000)
    assert curve.integral(5) == pytest.approx(125)
    with pytest.raises(ValueError, match="strictly increasing"):
        Curve([(0, 0), (0, 1)])
