"""Hostile apps: each is a function run in place of an app's own code and does its worst to the link or machine."""

import array
import contextlib
import functools
import gc
import itertools
import os
import signal
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from carservices.app.wire import MAX_FROM_APP, MAX_TO_APP, SDK, VERSION, Kind, pack, unpack

GIVEN_UP = 7
RULES = "broke the rules of the link too often"
SILENT = "has not answered"
MUTE = "has not said hello"
DISK = "in its data folder"
GONE = f"ended with status {GIVEN_UP}"
SPEED, HEAT = "Vehicle.Speed", "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling"
HOME = Path(os.environ["HOME"])
LINK: socket.socket


class Attack(NamedTuple):
    """``ends``: what the reason has to say, None for one that only the person ends; ``card``: what the shell shows."""

    run: Callable[[], None]
    ends: str | None = None
    card: str | None = None
    full: bool = False
    """It attacks the machine: only inside the full sandbox."""
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
    if ATTACKS[name].full and Path.cwd() != Path("/app"):
        sys.exit("inside the full sandbox only")
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


def hang() -> NoReturn:
    while True:
        time.sleep(1000)


# -- the link ----------------------------------------------------------------------------------------------------------


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
    LINK.send(HELLO)
    for number in itertools.count(1):
        globs = [".".join(["**.*a*b*"] * 55) + f".z{number}x{n}" for n in range(130)]
        LINK.send(pack(Kind.SUBSCRIBE, number, [*globs, "Vehicle.**"], None))
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            answer_pings()


@attack()
def endless_subscriptions() -> None:
    """Within the budget, each of them denied."""
    LINK.send(HELLO)
    for number in itertools.count(1):
        LINK.send(pack(Kind.SUBSCRIBE, number, [f"Vehicle.Denied{number}.{'x' * 400}"], None))
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
    LINK.send(HELLO)
    files = array.array("i", [os.open("/dev/null", os.O_RDONLY)] * 20)
    while True:
        with contextlib.suppress(OSError):
            LINK.sendmsg([b"\xc1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
        drain()


@attack("bytes are taken")
def ten_megabytes() -> None:
    LINK.send(HELLO)
    LINK.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 << 20)
    for size in (10 << 20, 1 << 20, 200_000, MAX_FROM_APP + 1):
        with contextlib.suppress(OSError):  # the kernel itself refuses the first ones
            LINK.send(b"x" * size)
    obey()


@attack("closed its link and went on")
def empty_message() -> None:
    LINK.send(HELLO)
    LINK.send(b"")
    hang()


@attack(f"does not read what it asked for|{SILENT}")
def stalled_reader() -> None:
    """Makes the host answer, within its budget, and reads nothing."""
    LINK.send(HELLO)
    for number in itertools.count():
        LINK.send(b"\x91\x3f")
        if number > 380:
            time.sleep(0.007)


@attack(SILENT, card="not_responding")
def deaf_to_taps() -> None:
    LINK.send(HELLO)
    rows = [["Row", {"title": "y", "on_click": 1}]]
    LINK.send(pack(Kind.VIEW, "1", 1, 1, ["ListTemplate", {"title": "x", "rows": rows}]))
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
    LINK.send(HELLO)
    waiting = dict(enumerate(FOREIGN, 1))
    for number, (kind, *fields) in waiting.items():
        LINK.send(pack(kind, number, *fields))
    for other in range(len(FOREIGN) + 1, 100):
        LINK.send(pack(Kind.UNSUBSCRIBE, other))

    def hear(record: Any) -> None:
        if record.kind is Kind.ERROR:
            waiting.pop(record.fields[0], None)
        elif record.kind in (Kind.OK, Kind.GRANTED, Kind.STREAM):
            (HOME / "won").write_text(str(waiting[record.fields[0]]))
        if not waiting:
            os._exit(GIVEN_UP)

    obey(hear)


# -- what it shows -----------------------------------------------------------------------------------------------------

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
    LINK.send(HELLO)
    LINK.send(pack(Kind.VIEW, "1", 1, 1, tree))
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


# -- life --------------------------------------------------------------------------------------------------------------


@attack(MUTE)
def never_says_hello() -> None:
    hang()


@attack(RULES)
def speaks_before_hello() -> None:
    while True:
        LINK.send(pack(Kind.GET, 1, SPEED))
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
    LINK.send(HELLO)
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
        LINK.send(record)
    os._exit(GIVEN_UP)


for _count, _step in enumerate(("nothing", *STEPS)):
    ATTACKS[f"dies_after_{_step}"] = Attack(functools.partial(dies, list(STEPS.values())[:_count]), GONE)


@attack(GONE, full=True)
def looks_around() -> None:
    """Follows the links of its bundle and the way up to what is not its own; what it gets it writes down."""
    LINK.send(HELLO)
    bundle = Path.cwd()
    for path in (bundle / "secret", bundle / "others", Path("../org.example.good"), Path("../../state"), Path("/etc")):
        with contextlib.suppress(OSError):
            got = path.read_bytes() if path.is_file() else [one.name for one in path.iterdir()]
            (HOME / "won").write_text(f"{path}: {got!r}")
    (HOME / "link").symlink_to("/etc/passwd")
    os._exit(GIVEN_UP)


# -- the machine -------------------------------------------------------------------------------------------------------


PROXY = "/run/proxy.sock"


@attack(GONE, full=True)
def file_flood() -> None:
    """Opens all the files it can, each a connection to its proxy, in twenty processes."""
    LINK.send(HELLO)
    mine = os.getpid()
    for _ in range(20):
        if os.getpid() == mine:
            os.fork()
    held = []
    with contextlib.suppress(OSError):
        while True:
            held.append(socket.socket(socket.AF_UNIX))
            held[-1].connect(PROXY)
    if os.getpid() != mine:
        hang()
    time.sleep(0.2)
    os._exit(GIVEN_UP)


@attack(SILENT, full=True)
def fork_bomb() -> None:
    LINK.send(HELLO)
    while True:
        with contextlib.suppress(OSError):
            os.fork()


@attack("more memory than it may", full=True)
def memory_hog() -> None:
    LINK.send(HELLO)
    held = []
    while True:
        held.append(b"x" * (8 << 20))


@attack(SILENT, full=True)
def processor_hog() -> None:
    LINK.send(HELLO)
    for _ in range(5):
        os.fork()
    while True:
        pass


@attack(DISK, full=True)
def disk_hog() -> None:
    LINK.send(HELLO)
    for number in itertools.count():
        (HOME / f"{number}").write_bytes(bytes(16 << 20))


@attack(DISK, full=True)
def many_files() -> None:
    LINK.send(HELLO)
    for number in itertools.count():
        (HOME / f"{number}").touch()
