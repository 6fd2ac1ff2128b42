"""`carservices can coverage`: what a database and a mapping explain of a log, id by id."""

import argparse
from typing import Any

from carservices.cli.common import show_json, show_table
from carservices_hal.can import mapping as mappings
from carservices_hal.can.car import databases, merged, shipped
from carservices_hal.can.coverage import Coverage
from carservices_hal.replay.logs import frames

HEAD = ("ID", "FRAMES", "SHARE %", "PERIOD ms", "MESSAGE", "SIGNALS", "MAPPED", "ODD")


def coverage(chosen: argparse.Namespace) -> int:
    """Print the report."""
    bases = databases(chosen.dbc)
    mapping = mappings.load(shipped(chosen.mapping, "yaml"), bases) if chosen.mapping else None
    judge = Coverage(merged(bases), mapping)
    for frame in frames(chosen.log, chosen.bus):
        judge.feed(*frame)
    report = judge.report()
    if chosen.json:
        show_json(report)
        return 0
    show_table(HEAD, [_row(row) for row in report["rows"]])
    print()
    for line in _sentences(report, with_mapping=mapping is not None):
        print(line)
    return 0


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    odd = [f"{name} out of range {times}×" for name, times in row["out_of_range"].items()]
    odd += [f"too short {row['short']}×"] if row["short"] else []
    period = None if row["period_ms"] is None else f"{row['period_ms']:.1f}"
    return (
        row["id"],
        row["frames"],
        row["share"],
        period,
        row["message"] or "?",
        row["signals"] or None,
        row["mapped"] or None,
        ", ".join(odd),
    )


def _sentences(report: dict[str, Any], *, with_mapping: bool) -> list[str]:
    lines = [_share("the database explains", report["explained"], report)]
    if never := report["messages_never_seen"]:
        lines.append(f"messages of the database never seen: {', '.join(never)}")
    if with_mapping:
        lines.append(_share("the mapping uses", report["mapped"], report))
        lines += [f"never a value: {path}" for path in report["paths_never_available"]]
        lines += [
            f"{path}: {counts['error']} values out of range"
            for path, counts in report["paths"].items()
            if counts.get("error")
        ]
        lines += (
            [f"frames with a wrong checksum or a standing counter: {report['corrupt']}"] if report["corrupt"] else []
        )
    return lines


def _share(who: str, part: dict[str, Any], whole: dict[str, Any]) -> str:
    return (
        f"{who} {part['frames']} of {whole['frames']} frames ({part['share']} %), {part['ids']} of {whole['ids']} ids"
    )
