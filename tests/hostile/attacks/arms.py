"""What every hostile app has at hand: the table of attacks, its link, and ways to speak on it."""

import contextlib
import gc
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from carservices.app.wire import MAX_TO_APP, SDK, VERSION, Kind, pack, unpack

GIVEN_UP = 7
RULES = "broke the rules of the link too often"
SILENT = "has not answered"
MUTE = "has not said hello"
DISK = "in its data folder"
MEMORY = "more memory than it may"
COUNT = "more processes than it may"
GONE = f"ended with status {GIVEN_UP}"
SPEED, HEAT = "Vehicle.Speed", "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling"
HOME = Path(os.environ["HOME"])
NET = "net"
"""File in the bundle that says so."""
LINK: socket.socket


class Attack(NamedTuple):
    """``ends``: what the reason has to say, None for one that only the person ends; ``card``: what the shell shows."""

    run: Callable[[], None]
    ends: str | None = None
    card: str | None = None
    machine: bool = False
    """It attacks the machine: only inside the full sandbox, or where a net holds the machine's side."""
    category: str = "utility"


ATTACKS: dict[str, Attack] = {}


def attack(ends: str | None = None, **facts: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def add(run: Callable[[], None]) -> Callable[[], None]:
        ATTACKS[run.__name__] = Attack(run, ends, **facts)
        return run

    return add


def begin(name: str) -> None:
    """Called by the bundle's module, before the SDK has said a word."""
    global LINK
    if ATTACKS[name].machine and Path.cwd() != Path("/app") and not Path(NET).exists():
        sys.exit("inside the full sandbox, or in a net, only")
    sockets = [one for one in gc.get_objects() if isinstance(one, socket.socket)]
    LINK = next(one for one in sockets if one.fileno() >= 0 and one.type == socket.SOCK_SEQPACKET)
    LINK.setblocking(True)
    ATTACKS[name].run()


# -- speaking ----------------------------------------------------------------------------------------------------------

HELLO = pack(Kind.HELLO, VERSION, SDK)


def drain() -> None:
    """Read all there is, to be ended for the attack and not for a full queue."""
    with contextlib.suppress(BlockingIOError):
        while LINK.recv(MAX_TO_APP, socket.MSG_DONTWAIT):
            pass


def flood(make: Callable[[int], bytes], limit: int = 200_000) -> None:
    LINK.send(HELLO)
    for number in range(1, limit):
        LINK.send(make(number))
        drain()


def obey(on_record: Callable[[Any], object] = lambda _: None) -> None:
    """Answer pings like an honest app, until the end of the link."""
    while data := LINK.recv(MAX_TO_APP):
        record = unpack(data)
        if record.kind is Kind.PING:
            LINK.send(pack(Kind.PONG, *record.fields))
        on_record(record)


def answer_pings() -> None:
    """Without waiting."""
    with contextlib.suppress(BlockingIOError):
        while record := unpack(LINK.recv(MAX_TO_APP, socket.MSG_DONTWAIT)):
            if record.kind is Kind.PING:
                LINK.send(pack(Kind.PONG, *record.fields))


def hang(_held: object = None) -> NoReturn:
    while True:
        time.sleep(1000)
