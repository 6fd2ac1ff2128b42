"""`carservices signals`: list, get, set, watch, inject, record and replay the signals of the running car."""

from importlib import import_module
from pathlib import Path

from carservices.cli.common import add_json, add_run_dir, count, parser, positive, with_car
from carservices.signals import GlobSet, Status

VERBS = {
    "list": "carservices.cli.signal_verbs:list_",
    "get": "carservices.cli.signal_verbs:get",
    "watch": "carservices.cli.signal_verbs:watch",
    "set": "carservices.cli.signal_verbs:set_",
    "inject": "carservices.cli.signal_verbs:inject",
    "record": "carservices.cli.tape:record",
    "replay": "carservices.cli.tape:replay",
}
"""Verb → where its work lives, loaded when it is asked for."""


def main(arguments: list[str]) -> int:
    """Run one of the verbs."""
    options = parser("signals", "The signals of the running car; GLOBs know * (one level) and ** (any depth).")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="list|get|set|watch|inject|record|replay")
    listing = verbs.add_parser("list", help="what is on offer")
    get = verbs.add_parser("get", help="the last values")
    watch = verbs.add_parser("watch", help="the last values and each change, until Ctrl-C")
    put = verbs.add_parser("set", help="command the car and wait until it confirms")
    inject = verbs.add_parser("inject", help="pretend that the car had said so")
    record = verbs.add_parser("record", help="values with their times into a file, until Ctrl-C")
    replay = verbs.add_parser("replay", help="inject a recording, as it happened")
    listing.add_argument("globs", nargs="*", metavar="GLOB")
    for one in (record, replay):
        one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument("globs", nargs="*", default=["**"], metavar="GLOB", help="only these (default: all)")
    record.add_argument("--for", type=positive, dest="seconds", metavar="SECONDS", help="end after so long")
    replay.add_argument("--speed", type=positive, default=1.0, metavar="X", help="1 is real time")
    replay.add_argument("--loop", action="store_true", help="until Ctrl-C")
    for one in (get, watch):
        one.add_argument("globs", nargs="+", metavar="GLOB")
    for one in (watch, record):
        one.add_argument("--rate", type=positive, metavar="HZ", help="of continuous signals (default: the highest)")
    watch.add_argument("--count", type=count, metavar="N", help="end after so many lines")
    for one in (put, inject):
        one.add_argument("path", metavar="PATH")
        one.add_argument("value", metavar="VALUE")
    put.add_argument("--timeout", type=positive, default=10.0, metavar="SECONDS", help="default: %(default)g")
    inject.add_argument(
        "--status", choices=[status.name.lower() for status in Status], default="available", help="with which status"
    )
    for one in (get, watch, put, inject):
        one.add_argument("--unit", metavar="U", help="such as mph, Fahrenheit or bar")
    for one in (listing, get, watch, put):
        add_json(one)
    for one in (listing, get, watch, put, inject, record, replay):
        add_run_dir(one)
    chosen = options.parse_args(arguments)
    if "globs" in chosen:
        GlobSet(*chosen.globs)  # a wrong one is told before there is a connection
    module, _, function = VERBS[chosen.verb].partition(":")
    work = getattr(import_module(module), function)
    return with_car(chosen.run_dir, lambda car: work(car, chosen))
