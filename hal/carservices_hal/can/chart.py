"""Curves of signals over time, for a terminal and as SVG: small, exact, and without a plotting library.

Signals hold their value until the next frame, so curves are steps. Where a curve has more points than columns, each
column shows the lowest and the highest of its points: no peak is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Points = list[tuple[float, float]]
"""(seconds, value), in the order of time."""
Part = tuple[float, float, float]
"""Lowest, highest and last value in one column."""

COLUMNS, ROWS = 72, 8
"""Of a curve in a terminal, in characters; each has 2 × 4 dots (Unicode's braille patterns)."""
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
WIDTH, HEIGHT, MARGIN = 960, 150, 90
"""Of one panel of the SVG, and the room left of it for its numbers."""
STYLE = "font: 12px sans-serif; background: #fff"


@dataclass(frozen=True, slots=True)
class Curve:
    """One signal: its points as (seconds, value), in the order of time."""

    name: str
    unit: str
    points: Points

    @property
    def low(self) -> float:
        return min(value for _, value in self.points)

    @property
    def high(self) -> float:
        return max(value for _, value in self.points)

    @property
    def title(self) -> str:
        return f"{self.name} [{self.unit}]" if self.unit else self.name


def span(curves: Sequence[Curve]) -> tuple[float, float]:
    """From the first to the last point of all of them, in s."""
    stamps = [stamp for curve in curves for stamp, _ in (curve.points[0], curve.points[-1])]
    return min(stamps), max(stamps)


def columns(curve: Curve, start: float, end: float, count: int) -> list[Part | None]:
    """What happens in each of ``count`` equal parts of the time; None before the first point."""
    found: list[Part | None] = [None] * count
    width = (end - start) / count or 1.0
    held = None
    position = 0
    for column in range(count):
        values = [] if held is None else [held]
        last = column == count - 1
        while position < len(curve.points) and (last or curve.points[position][0] < start + (column + 1) * width):
            held = curve.points[position][1]
            values.append(held)
            position += 1
        found[column] = (min(values), max(values), values[-1]) if values else None
    return found


def terminal(curves: Sequence[Curve]) -> str:
    """Text: a block of braille a curve, its limits at the left, the time below."""
    start, end = span(curves)
    lines = []
    for curve in curves:
        lines += [curve.title, *_braille(curve, start, end)]
    first, last = f"{start:.2f} s", f"{end:.2f} s"
    return "\n".join([*lines, f"{'':11}{first}{last:>{COLUMNS - len(first)}}"])


def _braille(curve: Curve, start: float, end: float) -> list[str]:
    low, high = curve.low, curve.high
    height = ROWS * 4 - 1
    cells = [[0] * COLUMNS for _ in range(ROWS)]
    before: int | None = None
    for x, part in enumerate(columns(curve, start, end, COLUMNS * 2)):
        if part is None:
            continue
        bottom, top, last = (round((value - low) / (high - low) * height) if high > low else 0 for value in part)
        if before is not None:  # the step from the column before is drawn, too
            bottom, top = min(bottom, before), max(top, before)
        before = last
        for y in range(bottom, top + 1):
            row, dot = divmod(height - y, 4)
            cells[row][x // 2] |= DOTS[dot][x % 2]
    labels = {0: f"{high:.5g}", ROWS - 1: f"{low:.5g}"}
    return [f"{labels.get(row, ''):>10} {''.join(chr(0x2800 + cell) for cell in cells[row])}" for row in range(ROWS)]


def svg(curves: Sequence[Curve]) -> str:
    """A picture: one panel a curve above a common axis of time."""
    start, end = span(curves)
    inner = WIDTH - MARGIN - 20
    whole = len(curves) * HEIGHT + 40
    size = f'width="{WIDTH}" height="{whole}" viewBox="0 0 {WIDTH} {whole}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} style="{STYLE}">']
    for number, curve in enumerate(curves):
        top = number * HEIGHT + 30
        parts += _panel(curve, start, end, top, inner)
    for step in range(7):
        x, stamp = MARGIN + inner * step / 6, start + (end - start) * step / 6
        anchor = "end" if step == 6 else "middle"
        parts.append(f'<text x="{x:.0f}" y="{whole - 12}" text-anchor="{anchor}">{stamp:.2f} s</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(curve: Curve, start: float, end: float, top: float, inner: int) -> list[str]:
    height = HEIGHT - 45
    low, high = curve.low, curve.high

    def level(value: float) -> float:
        return top + height - (value - low) / ((high - low) or 1.0) * height

    path: list[str] = []
    points = [(x, part) for x, part in enumerate(columns(curve, start, end, inner)) if part is not None]
    for x, (lowest, highest, last) in points:
        way = (highest, lowest) if last == lowest else (lowest, highest, last)
        path += [f"{MARGIN + x},{level(value):.1f}" for value in dict.fromkeys(way)]
    label = f'<text x="{MARGIN - 8}" text-anchor="end"'
    return [
        f'<text x="{MARGIN}" y="{top - 8}" font-weight="bold">{escape(curve.title)}</text>',
        f'<rect x="{MARGIN}" y="{top}" width="{inner}" height="{height}" fill="none" stroke="#ccc"/>',
        f'{label} y="{top + 10}">{high:.6g}</text>' if high > low else "",
        f'{label} y="{top + height}">{low:.6g}</text>',
        f'<polyline points="{" ".join(path)}" fill="none" stroke="#0b62c4" stroke-width="1.3"/>',
    ]
