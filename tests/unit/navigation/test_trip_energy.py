"""Energy of a route: bounds and directions of physics, the emulator's own car as a second opinion."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.services.navigation.engine.base import EdgePart
from carservices.services.navigation.flags import Flag
from carservices.services.navigation.geo import moved
from carservices.services.navigation.trips import climate, conditions, vehicle
from carservices.services.navigation.trips.conditions import Conditions
from carservices.services.navigation.trips.correction import CAUSES, Correction
from carservices.services.navigation.trips.energy import KWH, EnergyModel, G, RouteEnergy
from carservices.services.navigation.trips.vehicle import Vehicle
from carservices_emulator.model.car import Car
from carservices_emulator.profile import load_profile
from carservices_emulator.weather import Weather, air_density

MODEL = EnergyModel()
MILD = Conditions(outside_c=20.0, cabin_c=21.0, climate=False, tyres_c=42.0)


def road(
    speed: float = 90.0, grades: tuple[float, ...] = (0.0,) * 20, metres: float = 1000.0, limit: int = 0, flags: int = 0
) -> list[EdgePart]:
    return [EdgePart(k, k, 0, metres, speed, limit, grade, flags) for k, grade in enumerate(grades)]


def kwh(edges: list[EdgePart], surroundings: Conditions = MILD, model: EnergyModel = MODEL) -> float:
    return model.along(edges, surroundings).spend().kwh


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (kwh(road(60.0)), kwh(road(70.0))),
        (kwh(road(110.0)), kwh(road(130.0))),
        (kwh(road(), replace(MILD, outside_c=20.0)), kwh(road(), replace(MILD, outside_c=5.0, tyres_c=None))),
        (kwh(road(), replace(MILD, climate=True)), kwh(road(), Conditions(outside_c=-10.0))),
        (kwh(road(30.0), replace(MILD, climate=True)), kwh(road(30.0), replace(MILD, climate=True, outside_c=38.0))),
        (kwh(road()), kwh(road(), replace(MILD, load_kg=300.0))),
        (kwh(road()), kwh(road(), replace(MILD, wind_ms=5.0))),
        (kwh(road(), replace(MILD, altitude_m=2000.0)), kwh(road())),
        (kwh(road(50.0)), kwh(road(50.0, flags=int(Flag.HALT)))),
        (kwh(road(120.0)), kwh(road(120.0), model=EnergyModel(Vehicle(drag_area_m2=0.9)))),
        (kwh(road(flags=int(Flag.FERRY))) + 1.0, kwh(road())),
    ],
)
def test_more_of_what_costs_costs_more(less: float, more: float):
    assert 0.0 < less < more


@given(
    st.lists(st.floats(-0.08, 0.08), min_size=2, max_size=12),
    st.sampled_from((40.0, 80.0, 130.0)),
    st.floats(-15.0, 35.0),
)
def test_a_loop_with_hills_takes_more_than_a_flat_one_but_no_more_than_its_climbs_lose(
    grades: list[float], speed: float, outside: float
):
    loop = (0.0, *grades, *(-grade for grade in reversed(grades)), 0.0)
    surroundings = Conditions(outside_c=outside)
    flat, hilly = kwh(road(speed, (0.0,) * len(loop)), surroundings), kwh(road(speed, loop), surroundings)
    climbed = sum(max(grade, 0.0) for grade in loop) * 1000.0
    assert flat * 0.999999 <= hilly <= flat * 1.000001 + MODEL.vehicle.mass_kg * G * climbed / KWH * 1.35


@given(st.lists(st.floats(-0.08, 0.08), min_size=2, max_size=12), st.sampled_from((40.0, 80.0, 130.0)))
def test_a_road_of_many_slopes_takes_what_its_parts_take(grades: list[float], speed: float):
    parts = [edge._replace(flags=0) for edge in road(speed, tuple(grades), metres=300.0)]
    whole = parts[0]._replace(metres=300.0 * len(grades), grade=sum(grades) / len(grades), slopes=tuple(grades))
    one, other = MODEL.along([parts[0], whole, parts[0]], MILD), MODEL.along([parts[0], *parts, parts[0]], MILD)
    assert len(one.kwh) == 4
    assert one.kwh == pytest.approx(other.kwh[[0, 1, -2, -1]])
    assert one.seconds == pytest.approx(other.seconds[[0, 1, -2, -1]])


@given(st.floats(0.0, 0.15), st.floats(30.0, 130.0))
def test_downhill_never_gives_back_more_than_the_height_was_worth(grade: float, speed: float):
    energy = MODEL.along(road(speed, (-grade,) * 10), MILD)
    height = 10_000.0 * grade / math.sqrt(1.0 + grade * grade)
    assert energy.kwh[-1] > -(MODEL.vehicle.mass_kg * G * height) / KWH * (1.0 - MODEL.vehicle.loss_share)


def test_cold_or_full_cells_take_back_less():
    down = road(80.0, (-0.07,) * 10)
    warm = kwh(down, replace(MILD, cells_c=25.0, soc=50.0))
    assert warm < kwh(down, replace(MILD, cells_c=-10.0, soc=50.0)) < kwh(road(80.0))
    assert warm < kwh(down, replace(MILD, cells_c=25.0, soc=99.0))


@pytest.mark.parametrize("speed", [50.0, 90.0, 130.0])
def test_the_emulated_car_takes_the_same_at_constant_speed(speed: float):
    """Its own mass, drag and tyres given; losses are the class's, this car's are FASTSim's curve."""
    profile = load_profile("renault-megane-e-tech-ev60")
    car = Car(profile, Weather(temperature=20.0))
    v = speed / 3.6
    load = car.road.load(v, 0.0, profile.resistance.rolling, 0.0)
    real = (car.unit.electrical(load, v) + 360.0) / v * 20_000.0 / KWH
    known = Vehicle(
        mass_kg=profile.resistance.mass,
        drag_area_m2=profile.resistance.drag * profile.resistance.area,
        rolling=profile.resistance.rolling,
        base_w=360.0,
    )
    warm = replace(MILD, tyres_c=47.0, outside_c=20.0, altitude_m=0.0)
    energy = EnergyModel(known).along(road(speed), warm)
    start_and_end = EnergyModel(known).along(road(speed, (0.0,)), warm).kwh[-1] - energy.kwh[-1] / 20.0
    assert energy.kwh[-1] - start_and_end == pytest.approx(real, rel=0.05)
    assert warm.air_density == pytest.approx(air_density(20.0, 0.0))


def test_a_cap_saves_energy_and_costs_time_only_where_one_drives_faster():
    slow, fast = road(50.0, limit=50), road(117.0, limit=130)
    free, capped = MODEL.along([*slow, *fast], MILD), MODEL.along([*slow, *fast], MILD, cap_kmh=95.0)
    assert capped.spend(20).kwh < 0.85 * free.spend(20).kwh
    assert capped.spend(20).seconds > 1.15 * free.spend(20).seconds
    assert capped.spend(0, 19) == free.spend(0, 19)


def test_wind_has_a_direction_and_turns_slow_down():
    north = [(52.0, 13.0)]
    for _ in range(20):
        north.append(moved(north[-1], 0.0, 1000.0))

    def against(degrees: float) -> float:
        return MODEL.along(road(), replace(MILD, wind_ms=6.0, wind_from=degrees), geometry=north).spend().kwh

    assert against(180.0) < against(90.0) < against(0.0)
    corner = [(52.0, 13.0), moved((52.0, 13.0), 0.0, 1000.0), moved(moved((52.0, 13.0), 0.0, 1000.0), 90.0, 1000.0)]
    straight = MODEL.along(road(90.0, (0.0, 0.0)), MILD, geometry=north[:3]).spend().kwh
    assert MODEL.along(road(90.0, (0.0, 0.0)), MILD, geometry=corner).spend().kwh > straight * 1.02


def test_a_cabin_is_warmed_as_fast_as_its_blower_can_and_then_held():
    cold, at_s = Conditions(outside_c=-10.0), np.array((30.0, 5000.0))
    slow, fast = (climate.watts(Vehicle(), replace(cold, fan=fan), at_s).sum(axis=1) for fan in (0.4, 1.0))
    assert slow[1] < slow[0] < 0.55 * fast[0]
    assert slow[1] < fast[1] < fast[0], "more fresh air has to be warmed"
    warm = climate.watts(Vehicle(), replace(cold, cabin_c=21.0, fan=0.4), at_s).sum(axis=1)
    assert warm[0] < warm[1], "its seats were warm, too"
    assert warm[1] == pytest.approx(slow[1], rel=0.1)


def test_sums_features_and_doubt():
    energy: RouteEnergy = MODEL.along(road(), Conditions(outside_c=0.0))
    assert energy.features.shape == (21, len(CAUSES))
    assert np.all(np.diff([energy.spend(0, end).sigma for end in range(21)]) > 0.0)
    first, second, whole = energy.spend(0, 10), energy.spend(10, 20), energy.spend()
    assert first.kwh + second.kwh == pytest.approx(whole.kwh)
    assert math.hypot(first.sigma, second.sigma) < whole.sigma < first.sigma + second.sigma
    doubled = replace(Correction(), factors=np.array((1.0, 2.0, 1.0, 1.0, 1.0, 1.0)))
    more = EnergyModel(correction=doubled).along(road(), Conditions(outside_c=0.0)).kwh[-1] - energy.kwh[-1]
    assert more == pytest.approx(energy.features[-1][CAUSES.index("aero")], rel=0.03)
    rough = float(MODEL.sigma(whole.kwh, energy.metres[-1]))
    assert rough == pytest.approx(whole.sigma, rel=0.4)
    assert MODEL.along([]).spend().kwh == 0.0


def test_what_the_car_says_is_believed_within_reason():
    said = vehicle.told({vehicle.CURB_WEIGHT: 2100, vehicle.NET_CAPACITY: 77.0, vehicle.REGEN_POWER: math.nan})
    assert (said.mass_kg, said.usable_kwh, said.regen_kw) == (2100.0, 77.0, Vehicle().regen_kw)
    assert vehicle.told({vehicle.CURB_WEIGHT: 3, vehicle.NET_CAPACITY: "much"}) == Vehicle()
    seats = dict(zip(conditions.SEATS, ("OCCUPIED", "EMPTY", "UNKNOWN"), strict=True))
    now = conditions.told({**seats, conditions.OUTSIDE: -7.5, conditions.ROOF_LOAD: 40, conditions.FANS[0]: 0})
    assert (now.outside_c, now.load_kg, now.climate) == (-7.5, 115.0, False)
    assert conditions.told({conditions.OUTSIDE: math.nan, conditions.SOC: 400.0}) == Conditions()
