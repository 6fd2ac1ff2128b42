"""The table every benchmark prints: one row a job, ratios to the peers first, then ours, the goal and the figures."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Row:
    """One measured job; ``less`` says that a smaller figure is the better one, ``note`` why a figure is missing."""

    job: str
    ours: float | None
    unit: str
    goal: float | None = None
    less: bool = True
    peers: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the goal is met; None without a goal or a figure."""
        if self.goal is None or self.ours is None:
            return None
        return self.ours <= self.goal if self.less else self.ours >= self.goal

    @property
    def ratios(self) -> dict[str, float]:
        """How many times better than each peer we are; below 1 the peer is ahead."""
        if not self.ours:
            return {}
        pairs = {name: (figure, self.ours) if self.less else (self.ours, figure) for name, figure in self.peers.items()}
        return {name: over / under for name, (over, under) in pairs.items() if under}


def arguments(purpose: str) -> argparse.Namespace:
    """The command line of a benchmark: ``--quick`` and ``--json``."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions; figures are rougher")
    parser.add_argument("--json", action="store_true", help="print a list of {job, ours, unit, goal, ok, peers}")
    return parser.parse_args()


def show(title: str, rows: Sequence[Row], as_json: bool = False) -> None:
    """Print the rows as one aligned table, or as JSON."""
    if as_json:
        keys = ("job", "ours", "unit", "goal", "ok", "peers")
        print(json.dumps([{key: {**asdict(row), "ok": row.ok}[key] for key in keys} for row in rows], indent=1))
        return
    lines = [("× better than peers", "job", "ours", "goal", "", "peers"), *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    print(f"\n{title}")
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    sys.stdout.flush()


def _cells(row: Row) -> tuple[str, ...]:
    goal = "" if row.goal is None else f"{'≤' if row.less else '≥'} {_figure(row.goal)}"
    return (
        ", ".join(f"{name} {ratio:.2f}" for name, ratio in row.ratios.items()),
        row.job,
        row.note if row.ours is None else f"{_figure(row.ours)} {row.unit}",
        goal,
        {True: "ok", False: "MISSED", None: ""}[row.ok],
        ", ".join(f"{name} {_figure(figure)}" for name, figure in row.peers.items()),
    )


def _figure(number: float) -> str:
    """Three significant digits, thousands apart."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
