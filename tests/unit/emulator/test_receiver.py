"""The emulated satellite receiver: its sky, its errors, what breaks it, its sentences."""

import math
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from carservices.signals import Status
from carservices.signals.earth import EARTH_RADIUS_M
from carservices_emulator.commands import parse
from carservices_emulator.gnss.port import sentences
from carservices_emulator.gnss.receiver import JUMP, Receiver
from carservices_emulator.gnss.sky import dilution, sky
from carservices_emulator.place import Place
from carservices_emulator.simulation import Simulation
from carservices_hal.gnss.nmea import checksum, read

BEGIN = datetime(2026, 6, 1, 10, tzinfo=UTC)
LATITUDE, LONGITUDE = "Vehicle.CurrentLocation.Latitude", "Vehicle.CurrentLocation.Longitude"
FIX_TYPE = "Vehicle.CurrentLocation.GNSSReceiver.FixType"
METRE = math.degrees(1.0 / EARTH_RADIUS_M)


def run(simulation, verb, **arguments):
    return simulation.do(parse(verb, arguments))


@pytest.mark.parametrize("latitude", [-70.0, 0.0, 53.5])
def test_the_sky_is_as_full_as_it_is_and_its_dilution_is_that_of_least_squares(latitude: float):
    for hours in range(0, 24, 3):
        above = sky(latitude, 13.2, BEGIN + timedelta(hours=hours), 5.0)
        assert 12 <= len(above) <= 26
        angles = np.radians([(one.elevation, one.azimuth) for one in above])
        up, level = np.sin(angles[:, 0]), np.cos(angles[:, 0])
        rows = np.column_stack([level * np.sin(angles[:, 1]), level * np.cos(angles[:, 1]), up, np.ones(len(up))])
        q = np.diag(np.linalg.inv(rows.T @ rows))
        dops = dilution(above)
        assert dops.horizontal == pytest.approx(math.sqrt(q[0] + q[1]))
        assert dops.position == pytest.approx(math.hypot(dops.horizontal, dops.vertical))
    assert dilution(above[:3]) is None


def errors(quality: str) -> tuple[np.ndarray, Receiver]:
    """m east and north by which a car driving east is wrong, each second for 20 min."""
    place = Place(heading=90.0)
    receiver = Receiver(3, place, BEGIN)
    receiver.be(quality)
    wrong = []
    for second in range(1200):
        place.move(10.0, 0.0)
        receiver.step(1.0, place, 10.0, BEGIN + timedelta(seconds=second))
        east = (receiver.longitude - place.longitude) / METRE * math.cos(math.radians(place.latitude))
        wrong.append((east, (receiver.latitude - place.latitude) / METRE))
    return np.array(wrong), receiver


def test_errors_are_as_large_as_the_receiver_says_wander_slowly_and_are_worse_between_houses():
    exact, _ = errors("exact")
    assert np.abs(exact).max() < 1e-6
    free, receiver = errors("open")
    assert math.sqrt((free**2).sum(axis=1).mean()) == pytest.approx(receiver.accuracy, rel=0.35)
    steps = np.diff(free, axis=0)
    assert np.sqrt((steps**2).mean()) < 0.6 * np.sqrt((free**2).mean())  # mostly bias: neighbours err alike
    streets, _ = errors("urban")
    assert np.sqrt((streets**2).mean()) > 2.0 * np.sqrt((free**2).mean())
    assert np.hypot(*streets.T).max() > 10.0
    assert abs(receiver.course - 90.0) < 3.0


def test_a_receiver_with_errors_changes_nothing_of_the_drive():
    truth = []
    for quality in ("exact", "urban"):
        simulation = Simulation(scenario="city")
        run(simulation, "gnss", quality=quality)
        simulation.run(60)
        truth.append((simulation.world.place.latitude, simulation.car.trip.odometer, simulation.car.battery.charge))
    assert truth[0] == truth[1]


def test_no_position_in_a_tunnel_and_with_a_fault_and_a_wrong_one_with_another():
    simulation = Simulation(scenario="city")
    simulation.run(30)
    run(simulation, "tunnel", after=20, length=50)
    seen = []
    while not seen or seen[-1][0] < 120:
        simulation.run(0.5)
        seen.append((simulation.car.road.speed * 0.5 + (seen[-1][0] if seen else 0), simulation.observe(LATITUDE)[1]))
    silent = [metres for metres, status in seen if status is Status.UNAVAILABLE]
    assert silent[0] == pytest.approx(20, abs=8)
    assert silent[-1] == pytest.approx(70, abs=8)
    run(simulation, "fault", name="gnss-outage")
    assert simulation.observe(LATITUDE) == (None, Status.UNAVAILABLE)
    assert simulation.observe(FIX_TYPE) == ("NONE", Status.AVAILABLE)
    run(simulation, "fault", name="gnss-outage", on=False)
    run(simulation, "fault", name="gnss-jump")
    shown, place = simulation.observe(LATITUDE)[0], simulation.world.place
    assert (shown - place.latitude) / METRE == pytest.approx(JUMP[1], abs=1.0)


def test_every_sentence_is_whole_and_says_what_the_receiver_measures():
    place = Place(-33.9, 151.2, 40.0, 300.0)
    receiver = Receiver(1, place, BEGIN)
    receiver.step(0.1, place, 14.0, BEGIN)
    lines = sentences(receiver, with_sky=True)
    assert {line[1:6] for line in lines} == {"GNGGA", "GNRMC", "GNVTG", "GNGSA", "GPGSV", "GAGSV"}
    assert all(re.fullmatch(r"\$(.+)\*([0-9A-F]{2})", line) and checksum(line[1:-3]) == line[-2:] for line in lines)
    assert max(map(len, lines)) <= 82  # the standard's longest, with its line end
    (fix,) = read(lines)
    assert (fix.lat, fix.lon, fix.altitude) == pytest.approx((-33.9, 151.2, 40.0))
    assert (fix.speed, fix.course, fix.satellites) == (pytest.approx(14.0, abs=1e-3), 300.0, len(receiver.satellites))
    lists = [line.split(",") for line in lines if line[3:6] == "GSV"]
    told = sum(int(fields[3].partition("*")[0]) for fields in lists if fields[2] == "1")
    assert told == len(receiver.satellites)
    receiver.lost = True
    assert list(read(sentences(receiver, with_sky=True))) == []
