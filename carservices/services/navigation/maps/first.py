"""The maps that come along, built on the first start of a car: each in a process of its own, behind everything else."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from carservices.services.navigation.maps.defaults import EXTRACTS, FIRST
from carservices.services.navigation.maps.errors import BUSY, BuilderKilled, MapError, MapsBusy, TilesFailed
from carservices.services.navigation.maps.store import FORMAT, MapStore, Progress, write_json
from carservices.services.navigation.remarks import Remark

SWITCH = "CARSERVICES_FIRST_MAPS"
"""An environment variable: ``none`` leaves the maps unbuilt, for who tests a car again and again."""
OFFERED = "offered.json"
"""Names that were built once: what the driver removed does not come back."""
NICE, NICE_FIRST = 10, 4
"""Of the process; a car without any map waits for its first one, and a busy machine has little time for the nice."""
MODULE = "carservices.services.navigation.maps.first"


def still_to_build(store: MapStore) -> list[str]:
    """The shipped maps that were never built, or by an older version; the one a new car uses first."""
    if os.environ.get(SWITCH) == "none":
        return []
    known = {*_offered(store), *store.names()}
    return [name for name in dict.fromkeys((FIRST, *EXTRACTS)) if name not in known or _outdated(store, name)]


async def build_first(store: MapStore, name: str) -> AsyncGenerator[Progress]:
    """Build one of the shipped maps; says how far it is. The process ends with the iterator.

    Raises `MapError`, of which `BuilderKilled`, and `MapsBusy` also while the process of a service that was killed has
    not noticed that yet.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, str(store.root), name,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        if process.stdout is None:
            raise MapError(f"the map {name} cannot be built: its process has no output")
        async for line in process.stdout:
            yield _heard(line)
        if status := await process.wait():
            raise (BuilderKilled if status < 0 else MapError)(
                f"the map {name} was not built, its process ended with status {status}: see the log"
            )
        write_json(store.root / OFFERED, sorted({*_offered(store), name}))
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _heard(line: bytes) -> Progress:
    """A line of the process that builds. Raises `MapError`: what it says, or that this is no word of its own."""
    try:
        words = json.loads(line)
        if "problem" not in words:
            return Progress(**words)
        problem, remark = words["problem"], words["remark"]
    except (ValueError, TypeError, KeyError):
        raise MapError(f"the process that builds maps said {line!r}, which is none of its reports") from None
    raise MapsBusy(problem) if remark == BUSY.key else MapError(problem, Remark.of(remark))


def _outdated(store: MapStore, name: str) -> bool:
    """Whether a shipped map, and not the driver's own of that name, is there in the format of an older version."""
    if name not in store.names():
        return False
    try:
        facts = store.facts(name)
    except MapError:
        return False  # damaged: who opens it says so
    return facts.title == EXTRACTS[name].title and facts.format < FORMAT


def _offered(store: MapStore) -> list[str]:
    try:
        names: list[str] = json.loads((store.root / OFFERED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return names


def _main(root: str, name: str) -> None:
    """The process that builds: a line of JSON a step. It ends when nobody listens any more."""
    from carservices.services.navigation.maps.importer import import_shipped  # heavy, and of this process only

    store = MapStore(Path(root))
    os.nice(NICE if store.names() else NICE_FIRST)
    try:
        try:
            import_shipped(store, name, _say)
        except TilesFailed as error:
            sys.stderr.write(f"{name} is built without Valhalla: {error}\n")
            import_shipped(store, name, _say, routing=False)
    except MapError as error:
        sys.stdout.write(json.dumps({"problem": str(error), "remark": error.remark.key}) + "\n")


def _say(progress: Progress) -> None:
    line = {"name": progress.name, "part": progress.part, "done": progress.done}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:])
