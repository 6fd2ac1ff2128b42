"""Attacks on the link: floods, garbage, and what is not the app's own."""

import array
import contextlib
import itertools
import os
import socket
import time
from typing import Any

from carservices.app.wire import MAX_FROM_APP, Kind, pack
from tests.hostile.attacks import arms
from tests.hostile.attacks.arms import (
    GIVEN_UP,
    GONE,
    HEAT,
    HELLO,
    HOME,
    RULES,
    SILENT,
    answer_pings,
    attack,
    drain,
    flood,
    hang,
    obey,
)


@attack(RULES)
def subscription_flood() -> None:
    flood(lambda number: pack(Kind.SUBSCRIBE, number, ["Vehicle.**", f"Vehicle.A{number}"], None))


@attack(RULES)
def wide_subscriptions() -> None:
    globs = [f"Vehicle.**.A{number}.*" for number in range(2000)]
    flood(lambda number: pack(Kind.SUBSCRIBE, number, globs, 1e9))


@attack()
def costly_globs() -> None:
    """As many as the budget allows, each as dear to compile and to match as can be."""
    arms.LINK.send(HELLO)
    for number in itertools.count(1):
        globs = [".".join(["**.*a*b*"] * 55) + f".z{number}x{n}" for n in range(130)]
        arms.LINK.send(pack(Kind.SUBSCRIBE, number, [*globs, "Vehicle.**"], None))
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            answer_pings()


@attack()
def endless_subscriptions() -> None:
    """Within the budget, each of them denied."""
    arms.LINK.send(HELLO)
    for number in itertools.count(1):
        arms.LINK.send(pack(Kind.SUBSCRIBE, number, [f"Vehicle.Denied{number}.{'x' * 400}"], None))
        answer_pings()
        time.sleep(0.025)


@attack(RULES)
def message_flood() -> None:
    flood(lambda _: pack(Kind.LOG, "info", "x" * 2000))


@attack(RULES)
def request_storm() -> None:
    flood(lambda number: pack(Kind.SET, number, HEAT, -1))


@attack(RULES)
def notification_storm() -> None:
    flood(lambda number: pack(Kind.NOTIFY, ["Notification", {"title": f"{number}", "text": "y" * 60_000}]))


@attack(RULES)
def garbage() -> None:
    flood(lambda number: os.urandom(1 + number * 977 % MAX_FROM_APP))


NESTED = (b"\x91" * 60_000, b"\x81\xa1x" * 15_000, b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xc7\xff\x01")


@attack(RULES)
def nested_garbage() -> None:
    flood(lambda number: NESTED[number % len(NESTED)])


@attack(RULES)
def unasked_descriptors() -> None:
    """Open files with each record, as many as the kernel lets through, to fill the host's table."""
    arms.LINK.send(HELLO)
    files = array.array("i", [os.open("/dev/null", os.O_RDONLY)] * 20)
    while True:
        with contextlib.suppress(OSError):
            arms.LINK.sendmsg([b"\xc1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
        drain()


@attack("bytes are taken")
def ten_megabytes() -> None:
    arms.LINK.send(HELLO)
    arms.LINK.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 << 20)
    for size in (10 << 20, 1 << 20, 200_000, MAX_FROM_APP + 1):
        with contextlib.suppress(OSError):  # the kernel itself refuses the first ones
            arms.LINK.send(b"x" * size)
    obey()


@attack("closed its link and went on")
def empty_message() -> None:
    arms.LINK.send(HELLO)
    arms.LINK.send(b"")
    hang()


@attack(f"does not read what it asked for|{SILENT}")
def stalled_reader() -> None:
    """Makes the host answer, within its budget, and reads nothing."""
    arms.LINK.send(HELLO)
    for number in itertools.count():
        arms.LINK.send(b"\x91\x3f")
        if number > 380:
            time.sleep(0.007)


@attack(SILENT, card="not_responding")
def deaf_to_taps() -> None:
    arms.LINK.send(HELLO)
    rows = [["Row", {"title": "y", "on_click": 1}]]
    arms.LINK.send(pack(Kind.VIEW, "1", 1, 1, ["ListTemplate", {"title": "x", "rows": rows}]))
    hang()


@attack(RULES)
def forged_kinds() -> None:
    """Says what is for the host to say."""
    hosts = [kind for kind in Kind if kind >= Kind.WELCOME]
    flood(lambda number: bytes((0x95, hosts[number % len(hosts)], 1, 1, 1, 1)))


@attack(RULES)
def forged_numbers() -> None:
    wrong = (-1, 2**60, 2**64 - 1, True, 1.5, "1", None, [1])
    flood(lambda number: pack(Kind.UNSUBSCRIBE, wrong[number % len(wrong)]))


FOREIGN = (
    (Kind.CALL, "apps", "grant", {"app": "org.example.attacker", "permission": "doors.control"}),
    (Kind.CALL, "apps", "uninstall", {"app": "org.example.good"}),
    (Kind.CALL, "hub", "top", {}),
    (Kind.CALL, "notifications", "clear", {"owner": "org.example.good"}),
    (Kind.SET, "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked", False),
    (Kind.GET, "Vehicle.VehicleIdentification.VIN"),
    (Kind.WATCH, "apps", "screen"),
    (Kind.WATCH, "notifications", "active"),
)


@attack(GONE)
def forged_ids() -> None:
    """Asks for what is not its own, ends what is another's, and writes down what it gets."""
    arms.LINK.send(HELLO)
    waiting = dict(enumerate(FOREIGN, 1))
    for number, (kind, *fields) in waiting.items():
        arms.LINK.send(pack(kind, number, *fields))
    for other in range(len(FOREIGN) + 1, 100):
        arms.LINK.send(pack(Kind.UNSUBSCRIBE, other))

    def hear(record: Any) -> None:
        if record.kind is Kind.ERROR:
            waiting.pop(record.fields[0], None)
        elif record.kind in (Kind.OK, Kind.GRANTED, Kind.STREAM):
            (HOME / "won").write_text(str(waiting[record.fields[0]]))
        if not waiting:
            os._exit(GIVEN_UP)

    obey(hear)
