"""`carservices can`: frames in words, a log onto a bus, curves of signals, what a database explains of a log."""

import argparse
from pathlib import Path

from carservices.cli.common import Usage, add_json, count, parser, positive
from carservices_hal.can.names import UnknownName


def main(arguments: list[str]) -> int:
    """Run one of the verbs."""
    options = parser("can", "Frames on a CAN bus or in a log (candump, ASC, BLF, TRC, CSV, MF4, GVRET).")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="dump|replay|plot|coverage|check")
    dump = verbs.add_parser("dump", help="frames in words, live or from a log")
    replay = verbs.add_parser("replay", help="a log onto a bus, as it happened")
    plot = verbs.add_parser("plot", help="curves of signals, in the terminal or as SVG")
    coverage = verbs.add_parser("coverage", help="what a database and a mapping explain of a log")
    check = verbs.add_parser("check", help="what is odd in databases, and what is wrong in a mapping")
    dump.add_argument("log", nargs="?", type=Path, metavar="LOG", help="default: the bus")
    for one in (replay, plot, coverage):
        one.add_argument("log", type=Path, metavar="LOG")
    plot.add_argument("signals", nargs="+", metavar="SIGNAL", help="Message.Signal, 0x101.Signal, or Signal")
    for one in (dump, plot, coverage, check):
        one.add_argument(
            "--dbc", action="append", default=[], metavar="FILE", help="a database; repeatable, or with commas"
        )
    for one in (dump, replay, plot, coverage):
        one.add_argument("--bus", metavar="N", help="only this channel of the log")
    _add_bus(dump)
    _add_bus(replay)
    dump.add_argument("--id", action="append", default=[], metavar="ID", help="only this id, such as 0x101; repeatable")
    dump.add_argument("--message", action="append", default=[], metavar="NAME", help="only this message; repeatable")
    dump.add_argument("--signal", action="append", default=[], metavar="NAME", help="only this signal; repeatable")
    dump.add_argument("--count", type=count, metavar="N", help="end after so many frames")
    form = dump.add_mutually_exclusive_group()
    form.add_argument("--candump", action="store_true", help="as candump -L writes it: `> drive.log` is a log")
    form.add_argument("--json", action="store_true", help="a JSON object a line")
    replay.add_argument("--speed", type=positive, default=1.0, metavar="X", help="1 is real time")
    replay.add_argument("--loop", action="store_true", help="until Ctrl-C")
    plot.add_argument("--from", type=float, dest="start", metavar="S", help="seconds after the first frame")
    plot.add_argument("--to", type=float, dest="end", metavar="S")
    plot.add_argument("-o", "--output", type=Path, metavar="SVG", help="a picture instead of text")
    for one in (coverage, check):
        one.add_argument("--mapping", metavar="FILE", help="a mapping file, or the name of one of ours")
        add_json(one)
    chosen = options.parse_args(arguments)
    if chosen.verb != "replay":
        chosen.dbc = [file for text in chosen.dbc for file in text.split(",")]
    if chosen.verb in ("plot", "coverage", "check") and not chosen.dbc:
        raise Usage(f"can {chosen.verb} needs a database: --dbc FILE")
    try:
        return _run(chosen)
    except UnknownName as error:
        raise Usage(f"{error}; databases: {', '.join(chosen.dbc) or 'none, give --dbc FILE'}") from None


def _add_bus(target: argparse.ArgumentParser) -> None:
    target.add_argument("-i", "--interface", default="socketcan", metavar="NAME", help="of python-can (%(default)s)")
    target.add_argument("-c", "--channel", default="can0", metavar="NAME", help="default: %(default)s")
    target.add_argument("--bitrate", metavar="BIT/S")
    target.add_argument("--fd", action="store_true", help="CAN FD")
    target.add_argument(
        "--bus-option", action="append", default=[], metavar="KEY=VALUE", help="a setting of the driver; repeatable"
    )


def _run(chosen: argparse.Namespace) -> int:
    if chosen.verb == "dump":
        from carservices_hal.cli.dump import dump

        return dump(chosen)
    if chosen.verb == "replay":
        from carservices_hal.cli.replay import replay

        return replay(chosen)
    if chosen.verb == "plot":
        from carservices_hal.cli.plot import plot

        return plot(chosen)
    if chosen.verb == "check":
        from carservices_hal.cli.check import check

        return check(chosen)
    from carservices_hal.cli.coverage import coverage

    return coverage(chosen)
