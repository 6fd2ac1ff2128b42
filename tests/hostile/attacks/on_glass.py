"""Attacks by what the app shows: templates and pictures."""

import functools
import zlib
from typing import Any

from carservices.app.wire import Kind, pack
from tests.hostile.attacks import arms
from tests.hostile.attacks.arms import ATTACKS, HELLO, RULES, Attack, attack, flood, obey

DEEP: Any = "x"
for _ in range(150):
    DEEP = ["Section", {"rows": [DEEP]}]
TEMPLATES: dict[str, Any] = {
    "deep": ["ListTemplate", {"title": "x", "rows": [DEEP]}],
    "long": ["MessageTemplate", {"title": "x" * 30_000, "message": "y" * 30_000}],
    "rows": ["ListTemplate", {"rows": [["Row", {}]] * 10_000}],
    "nan": ["NavigationTemplate", {"estimate": ["TravelEstimate", {"distance_m": float("nan")}]}],
    "unknown": ["__import__", {"name": "os"}],
    "types": ["ListTemplate", {"title": [], "rows": {"x": 1}}],
}


def shows(tree: Any) -> None:
    arms.LINK.send(HELLO)
    arms.LINK.send(pack(Kind.VIEW, "1", 1, 1, tree))
    obey()


for _name, _tree in TEMPLATES.items():
    ATTACKS[f"template_{_name}"] = Attack(functools.partial(shows, _tree), card="refused")


@attack(RULES)
def template_storm() -> None:
    rows = [["Row", {"title": "y" * 90}]] * 400
    flood(lambda number: pack(Kind.VIEW, "1", 1, number, ["ListTemplate", {"title": f"{number}", "rows": rows}]))


@attack(RULES, category="media")
def media_storm() -> None:
    queue = [["Track", {"title": "x" * 20, "artist": "y" * 20}]] * 490
    flood(lambda _: pack(Kind.MEDIA, ["MediaState", {"state": "playing", "queue": queue}]))


def image_bombs() -> list[tuple[Any, ...]]:
    bomb = zlib.compress(bytes(50 << 20), 9)
    honest = zlib.compress(bytes(4 * 1000 * 1000), 9)
    return [
        ("bomb", 1, 1, len(bomb), 0, bomb),
        ("small", 1000, 1000, 10, 0, zlib.compress(b"x")[:10]),
        ("giant", 2**31, 2**31, 10, 0, b"x"),
        ("heavy", 100, 100, 2**40, 0, b"x"),
        ("late", 100, 100, 1000, 999, b"x"),
        ("../../../../escaped", 10, 10, 3, 0, b"\0\0\0"),
        *((f"open {number}", 1000, 1000, 1 << 20, 0, b"x" * 50_000) for number in range(9)),
        *((f"honest {number}", 1000, 1000, len(honest), 0, honest) for number in range(9)),
    ]


@attack(RULES)
def invalid_images() -> None:
    bombs = [pack(Kind.IMAGE, *bomb) for bomb in image_bombs()]
    flood(lambda number: bombs[number % len(bombs)])
