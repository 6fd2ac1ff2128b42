"""A trip as clients see it: charging stops, the charge along the way, time and money."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from carservices.api.routes import ChargePoint, ChargeStop, RoutePreview
from carservices.services.navigation.summary import preview_of
from carservices.services.navigation.trips.trip import Stage, Trip

POINT_M = 20_000.0
"""m between two points of the charge that is drawn."""


def told(trip: Trip, identity: str, language: str = "en") -> RoutePreview:
    """What there is to say of a trip before it is driven."""
    preview = preview_of(trip.route, identity, language)
    if trip.demand is None or not trip.stages:
        return preview
    warning = trip.warning.text(language) if trip.warning else preview.warning
    return preview.model_copy(update={"seconds": trip.seconds, "warning": warning} | _battery(trip))


def _battery(trip: Trip) -> dict[str, Any]:
    """Fields that tell of the battery."""
    assert trip.demand is not None
    last = trip.stages[-1].hop
    return {
        "energy_kwh": sum(
            trip.demand.stage(stage.first, stage.last, stage.cap).kwh + trip.warming_kwh(stage) for stage in trip.stages
        ),
        "arrival": trip.charge(last.arrive, last.sigma),
        "charge_stops": tuple(_stop(trip, stage) for stage in trip.stops),
        "charge": tuple(_points(trip)),
        "charge_s": trip.charge_s,
        "cost_eur": sum(stage.hop.eur for stage in trip.stops) if trip.stops else None,
        "advised_kmh": _kmh(trip.stages[-1]),
    }


def _stop(trip: Trip, stage: Stage) -> ChargeStop:
    assert stage.station is not None
    assert trip.car is not None
    assert trip.demand is not None
    hop = stage.hop
    added = (hop.leave - hop.arrive) / 100.0 * trip.car.usable_kwh
    drive_s = trip.demand.stage(stage.first, stage.last, stage.cap).seconds
    warming = trip.warming_s(stage)
    metres = sum(leg.metres for leg in trip.route.legs[stage.first : stage.last + 1])
    return ChargeStop(
        place=stage.station.site.place,
        at_m=trip.end_m(stage),
        arrive=trip.charge(hop.arrive, hop.sigma),
        depart_soc=min(100.0, max(0.0, hop.leave)),
        charge_s=hop.charge_s,
        wait_s=hop.wait_s,
        power_kw=added / hop.charge_s * 3600.0 if hop.charge_s > 0.0 else 0.0,
        station_kw=stage.station.power_kw,
        cost_eur=None if stage.station.site.eur_per_kwh is None else hop.eur,
        operator=stage.station.site.operator,
        advised_kmh=_kmh(stage),
        precondition_m=min(metres, warming * metres / max(1.0, drive_s)) if warming else None,
    )


def _kmh(stage: Stage) -> int | None:
    return None if stage.cap is None else round(stage.cap)


def _points(trip: Trip) -> Iterator[ChargePoint]:
    assert trip.demand is not None
    assert trip.car is not None
    begin, clock, soc = 0.0, 0.0, trip.car.soc
    yield ChargePoint(at_m=0.0, at_s=0.0, charge=trip.charge(soc, 0.0))
    for stage in trip.stages:
        end = trip.end_m(stage)
        drive_s = sum(leg.seconds for leg in trip.route.legs[stage.first : stage.last + 1]) + trip.slower_s(stage)
        spend = trip.demand.stage(stage.first, stage.last, stage.cap)
        stretch = drive_s / max(1.0, spend.seconds)
        for at in np.linspace(begin, end, max(2, round((end - begin) / POINT_M) + 1))[1:-1].tolist():
            part = trip.demand.between(begin, at, stage.cap)
            warmed = trip.warming_kwh(stage) - trip.warming_kwh(stage, spend.seconds - part.seconds)
            left = soc - trip.percent(part.kwh + warmed)
            charge = trip.charge(left, trip.percent(part.sigma))
            yield ChargePoint(at_m=at, at_s=clock + part.seconds * stretch, charge=charge)
        clock += drive_s
        yield ChargePoint(at_m=end, at_s=clock, charge=trip.charge(stage.hop.arrive, stage.hop.sigma))
        if stage.station is not None:
            clock, soc, begin = clock + stage.stay_s, stage.hop.leave, end
            yield ChargePoint(at_m=end, at_s=clock, charge=trip.charge(soc, 0.0))
