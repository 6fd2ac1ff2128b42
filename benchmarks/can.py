"""Frames a second on one core: ours, cantools and opendbc on a real log and two databases; a whole car on that log."""

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import _can_car
from _table import Row, arguments, show

from carservices_hal.can import mapping as mappings
from carservices_hal.can.codec import decoder
from carservices_hal.can.dbc import Dbc, load
from carservices_hal.can.outbox import Outbox
from carservices_hal.can.receiver import Receiver
from carservices_hal.replay.logs import frames as read_log

KONA = Path(__file__).parents[2] / "shared/data/can/kona"
LOG = KONA / "230112-7-2019-pcan-ccan-power-off-on-ready-off.csv"
DATABASES = ("tesla_model3_party", "nissan_leaf_2018")
GOAL, RATIO = 1.5e6, 3.0
Frames = Sequence[tuple[int, bytes]]


def rate(job: Callable[[], None], count: int, rounds: int) -> float:
    """Frames a second of CPU time, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return count / best


def ours(dbc: Dbc, frames: Frames) -> Callable[[], None]:
    decoders = {key: decoder(message, list(message.signals)) for key, message in dbc.messages.items()}

    def job() -> None:
        for key, data in frames:
            decoders[key](data)

    return job


def with_cantools(file: Path, frames: Frames) -> Callable[[], None] | None:
    """None where it cannot read the file, not even with the sections added that it asks for."""
    try:
        import cantools
    except ModuleNotFoundError:
        return None
    text = file.read_text(encoding="utf-8", errors="replace")
    if "\nBU_" not in text:  # the files of the Kona have no list of nodes
        text = text.replace("\nBO_ ", "\nBS_:\n\nBU_: XXX\n\nBO_ ", 1)
    try:
        database = cantools.database.load_string(text, "dbc", strict=False)
    except Exception as error:  # it has many kinds of errors
        print(f"cantools cannot read {file.name}: {error}", file=sys.stderr)
        return None
    assert isinstance(database, cantools.database.can.Database)
    messages = {message.frame_id: message for message in database.messages}

    def job() -> None:
        for key, data in frames:
            messages[key].decode(data, decode_choices=False, allow_truncated=True)

    return job


def with_opendbc(file: Path, frames: Frames) -> Callable[[], None] | None:
    try:
        from opendbc.can.parser import CANParser
    except ModuleNotFoundError:
        return None
    parser = CANParser(str(file), [(key, float("nan")) for key in {key for key, _ in frames}], 0)
    for state in parser.message_states.values():
        state.ignore_checksum = state.ignore_counter = True
    packets = [
        (number + 1, [(*frame, 0) for frame in frames[number : number + 10]]) for number in range(0, len(frames), 10)
    ]

    def job() -> None:
        for packet in packets:
            parser.update([packet])

    return job


def row(title: str, file: Path, frames: Frames, rounds: int) -> Row:
    figure = rate(ours(load(file), frames), len(frames), rounds)
    peers = {}
    for name, make in (("cantools", with_cantools), ("opendbc, 10 at a time", with_opendbc)):
        job = make(file, frames)
        if job is not None:
            peers[name] = rate(job, len(frames), max(1, rounds // 3))
    return Row(title, figure, "frames/s", GOAL, less=False, peers=peers)


def random_frames(dbc: Dbc, count: int) -> Frames:
    """Frames that all three can decode: cantools fails on selectors without a meaning."""
    rng = random.Random(1)
    plain = [m for m in dbc.messages.values() if m.signals and m.length <= 8 and not m.extended]
    plain = [message for message in plain if not any(signal.is_selector for signal in message.signals.values())]
    return [(message.key, rng.randbytes(message.length)) for message in rng.choices(plain, k=count)]


def pipeline(frames_a_second: float, rounds: int) -> Row:
    """Mapped signals of the real log through receiver and outbox, as the HAL does it in batches of 10 ms."""
    dbc = load(KONA / "pcan.dbc")
    mapping = mappings.load(Path(mappings.__file__).parents[1] / "cars/kona-ev.yaml", [dbc])
    log = [(round(stamp * 1e9), key, data) for stamp, key, data in read_log(LOG, 0)]

    def job() -> None:
        receiver, outbox = Receiver(dbc.messages, mapping), Outbox(mapping.configs)
        for path, config in mapping.configs.items():
            outbox.subscribe(path, config.max_rate)
        flush = 0
        for at, key, data in log:
            for path, value, status in receiver.feed(key, data, at):
                outbox.put(path, value, status, at)
            if at >= flush:
                flush = at + 10_000_000
                outbox.collect(at)

    share = 100 * frames_a_second / rate(job, len(log), rounds)
    return Row(f"{len(mapping.configs)} mapped signals, decoding only", share, "% of a core")


def of_the_kona(rounds: int, *, quick: bool) -> list[Row]:
    log = list(read_log(LOG, 0))
    a_second = len(log) / (log[-1][0] - log[0][0])
    dbc = load(KONA / "pcan.dbc")
    frames = [(key, bytes(data)) for _, key, data in log if key in dbc.messages]
    return [
        row("Kona, real log, all signals", KONA / "pcan.dbc", frames, rounds),
        pipeline(a_second, rounds),
        *_can_car.rows(LOG, KONA / "pcan.dbc", a_second, quick=quick),
    ]


def measure(*, quick: bool) -> list[Row]:
    rounds = 5 if quick else 30
    rows = of_the_kona(rounds, quick=quick) if LOG.is_file() else []
    try:
        from opendbc import DBC_PATH
    except ModuleNotFoundError:
        return rows or [Row("decode", None, "frames/s", note="no log and no opendbc here: uv sync --group foreign")]
    for name in DATABASES:
        file = next(Path(DBC_PATH).rglob(f"{name}.dbc"))
        rows.append(row(f"{name}, random payloads", file, random_frames(load(file), 4000 if quick else 20_000), rounds))
    return rows


def main() -> int:
    wish = arguments(str(__doc__))
    sys.path.remove(str(Path(__file__).parent))  # or else `import can` finds this file
    rows = measure(quick=wish.quick)
    show("CAN: every signal of every frame decoded, and a whole car", rows, wish.json)
    slow = [row for row in rows if row.ratios.get("cantools", RATIO) < RATIO]
    return 1 if slow or any(row.ok is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
