"""Small processes that behave well or badly, tables of them, and the program that supervises a table."""

import asyncio
import resource
import signal
import sys
import threading
from pathlib import Path

from carservices.system import run_dir as directories
from carservices.system.spec import Facts, ProcessSpec, on_ignition, safe_mode
from carservices.system.supervisor import Supervisor

ME = "tests.process.dummies"
DEADLINE = 2.0
BEAT = 0.1


def steady(run_dir, ready, beat, note=None):
    """Beats until SIGTERM; notes in a file when it was ready and when it was told to end."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    _note(run_dir, note and f"{note} begins")
    ready()
    while not ended.wait(BEAT):
        beat()
    _note(run_dir, note and f"{note} ends")


def stubborn(run_dir, ready, beat):
    """Does not care for SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready()
    while True:
        beat()
        signal.sigtimedwait([], BEAT)


def blocked(run_dir, ready, beat):
    """Alive, but its loop is stuck."""
    ready()
    threading.Event().wait()


def sick(run_dir, ready, beat):
    """Crashes at once until somebody puts the file ``cure`` into the run directory."""
    if not (run_dir / "cure").exists():
        raise RuntimeError("a planted\nfault")
    steady(run_dir, ready, beat)


def unusable(run_dir, ready, beat):
    from carservices.hal.registry import UnknownHal

    raise UnknownHal("no HAL 'planted' is installed")


def finished(run_dir, ready, beat):
    """Ends by itself and well; says the second time that it is the second."""
    mark = run_dir / "finished"
    if mark.exists():
        print("the second time")
    mark.touch()
    ready()


def loud(run_dir, ready, beat):
    """Says a lot, all the time."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ready()
    while not ended.wait(0.01):
        beat()
        sys.stdout.write("x" * 200 + "\n")
        sys.stdout.flush()


def _note(run_dir, text):
    if text:
        with (run_dir / "notes").open("a") as file:
            file.write(f"{text}\n")


def dummy(name, function, **fields):
    return ProcessSpec(name, f"{ME}:{function.__name__}", **{"watch": DEADLINE, **fields})


TABLES = {
    "steady": [
        dummy("one", steady),
        dummy("fresh", steady, start="fresh"),
        dummy("stubborn", stubborn, nice=7),
    ],
    "order": [
        dummy("shell", steady, priority=2, after=("service",), arguments={"note": "shell"}),
        dummy("service", steady, priority=1, after=("hub",), arguments={"note": "service"}),
        dummy("hub", steady, arguments={"note": "hub"}),
    ],
    "blocked": [dummy("blocked", blocked)],
    "sick": [
        dummy("sick", sick, critical=True),
        dummy("extra", steady, when=~safe_mode),
        dummy("needed", steady),
    ],
    "ignition": [dummy("shell", steady, when=on_ignition, clean_end="car"), dummy("always", steady)],
    "unusable": [dummy("unusable", unusable), dummy("one", steady)],
    "must start": [dummy("sick", sick, must_start=True), dummy("one", steady)],
    "finished": [dummy("window", finished, clean_end="car"), dummy("one", steady)],
    "closed": [dummy("panel", finished, clean_end="rest"), dummy("one", steady)],
    "loud": [dummy("loud", loud)],
}


def main(directory, table, limit=None):
    """Supervise; with ``limit`` no file may grow beyond so many bytes, as on a full disk."""
    run_dir = Path(directory)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    directories.prepare(run_dir)
    with directories.Lock(run_dir):
        directories.clean(run_dir)
        facts = Facts(display=True)
        supervise = Supervisor(run_dir, run_dir / "state", TABLES[table], facts, lambda text: print(text, flush=True))

        async def run():
            return await supervise.run()

        return asyncio.run(run())


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except directories.RunDirError as error:
        sys.exit(str(error))
