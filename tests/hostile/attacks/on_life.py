"""Attacks on the app's life: silence, an end at any step, and one that does not come."""

import functools
import os
import signal
import threading

from carservices.app.wire import Kind, pack
from tests.hostile.attacks import arms
from tests.hostile.attacks.arms import (
    ATTACKS,
    GIVEN_UP,
    GONE,
    HELLO,
    MUTE,
    RULES,
    SPEED,
    Attack,
    attack,
    drain,
    hang,
    obey,
)


@attack(MUTE)
def never_says_hello() -> None:
    hang()


@attack(RULES)
def speaks_before_hello() -> None:
    while True:
        arms.LINK.send(pack(Kind.GET, 1, SPEED))
        drain()


@attack()
def ignores_stop() -> None:
    """It also writes all it can into its log."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    line = b"x" * 65_536

    def chatter() -> None:
        while True:
            os.write(1, line)

    threading.Thread(target=chatter, daemon=True).start()
    arms.LINK.send(HELLO)
    obey()
    hang()


STEPS = {
    "hello": HELLO,
    "subscription": pack(Kind.SUBSCRIBE, 1, [SPEED], None),
    "half_an_image": pack(Kind.IMAGE, "x", 100, 100, 1000, 0, b"part"),
    "request": pack(Kind.GET, 2, SPEED),
    "view": pack(Kind.VIEW, "1", 1, 1, ["MessageTemplate", {"title": "x", "message": "y"}]),
}


def dies(records: list[bytes]) -> None:
    for record in records:
        arms.LINK.send(record)
    os._exit(GIVEN_UP)


for _count, _step in enumerate(("nothing", *STEPS)):
    ATTACKS[f"dies_after_{_step}"] = Attack(functools.partial(dies, list(STEPS.values())[:_count]), GONE)
