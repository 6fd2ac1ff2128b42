"""`carservices bus top`: who sends how much over the bus of the running car."""

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from carservices.bus.meter import Meter
from carservices.cli.common import add_json, add_run_dir, parser, positive, show_json, show_table, with_car

if TYPE_CHECKING:
    from carservices.bus import Car

HEAD = ("NAME", "PID", "CPU %", "FRAMES/S", "VALUES/S", "CALLS/S", "TOPICS", "DROPS")
RATES = ("received", "values", "calls")
CLEAR = "\x1b[H\x1b[J"


def main(arguments: list[str]) -> int:
    """Show the table again and again, or once."""
    options = parser("bus", "The bus of the running car.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="top")
    top = verbs.add_parser("top", help="who sends how much")
    top.add_argument("--once", action="store_true", help="one table, over one interval")
    top.add_argument("--interval", type=positive, default=1.0, metavar="SECONDS", help="default: %(default)g")
    add_json(top)
    add_run_dir(top)
    chosen = options.parse_args(arguments)
    return with_car(chosen.run_dir, lambda car: _top(car, chosen))


async def _top(car: "Car", chosen: argparse.Namespace) -> int:
    import asyncio  # costs 30 ms, for which no help has to wait

    meter = Meter()
    before, then = await _look(car, meter), time.monotonic()
    while True:
        await asyncio.sleep(chosen.interval)
        after, now = await _look(car, meter), time.monotonic()
        _show(_figures(before, after, now - then), chosen)
        if chosen.once:
            return 0
        before, then = after, now


async def _look(car: "Car", meter: Meter) -> dict[str, Any]:
    figures: dict[str, Any] = await car.call("hub", "top")
    now = time.monotonic()
    for peer in figures["peers"]:
        peer["cpu"] = meter.look(peer["pid"], now)[0]
    return figures


def _figures(before: dict[str, Any], after: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Totals of the bus as they are, those of its members as rates per second."""
    old = {peer["name"]: peer for peer in before["peers"]}
    peers = [
        {
            **{key: peer[key] for key in ("name", "pid", "cpu", "topics", "drops")},
            **{key: (peer[key] - old.get(peer["name"], {}).get(key, 0)) / seconds for key in RATES},
        }
        for peer in after["peers"]
    ]
    published = (after["published"] - before["published"]) / seconds
    return {**after, "published": published, "peers": sorted(peers, key=lambda peer: -peer["received"])}


def _show(figures: dict[str, Any], chosen: argparse.Namespace) -> None:
    if chosen.json:
        show_json(figures)
        return
    if not chosen.once and sys.stdout.isatty():
        print(CLEAR, end="")
    print(
        f"{figures['published']:.0f} published/s, {figures['signals']} signals, {figures['topics']} topics, "
        f"{figures['invalid']} invalid values, {figures['garbage']} unreadable, {figures['refused']} refused"
    )
    show_table(HEAD, [_row(peer) for peer in figures["peers"]])


def _row(peer: dict[str, Any]) -> tuple[object, ...]:
    cpu = None if peer["cpu"] is None else f"{peer['cpu']:.1f}"
    rates = [f"{peer[key]:.0f}" for key in RATES]
    return peer["name"].partition("#")[0], peer["pid"], cpu, *rates, peer["topics"], peer["drops"]
