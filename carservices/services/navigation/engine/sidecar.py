"""The process that keeps Valhalla's own service running on the map in use; the supervisor watches it.

Valhalla runs in a program of its own and never in ours: it holds Python's lock for as long as it searches.
"""

import asyncio
import contextlib
import ctypes
import json
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from carservices.bus.process import run_process
from carservices.services.navigation.engine.sidecar_port import PORT_FILE
from carservices.services.navigation.maps.routing_tiles import CONFIG
from carservices.services.navigation.maps.store import TILES, MapStore
from carservices.services.navigation.valhalla_home import find_programs

LOOK_S = 1.0
UP_S = 20.0
"""s within which the service must take connections."""
STEP_S = 0.02
PR_SET_PDEATHSIG = 1
THREADS = 1
BEYOND_S = 120.0
"""s of cost that Valhalla searches on after it has found a way, for one that is cheaper; it would be 420 s by itself.

Of 4,500 ways between points drawn on three maps one became 8 s longer, and they take a quarter less time to find.
"""


class SidecarError(Exception):
    """Valhalla's service ended or never came up."""


def run_sidecar(
    run_dir: Path,
    state_dir: Path,
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Serve the map in use until SIGTERM, the next one when another is chosen, and nothing while none has tiles."""
    run_process(lambda: serve(run_dir, state_dir, ready), beat)


async def serve(run_dir: Path, state_dir: Path, ready: Callable[[], None] = lambda: None) -> None:
    """Raises `SidecarError`: the supervisor then starts it again."""
    store = MapStore(state_dir / "maps")
    try:
        while True:
            folder = folder_with_tiles(store)
            home = find_programs(state_dir)
            if folder is None or home is None:
                ready()
                await asyncio.sleep(LOOK_S)
                continue
            await _serve_map(run_dir, home, folder, store, ready)
    finally:
        (run_dir / PORT_FILE).unlink(missing_ok=True)


def folder_with_tiles(store: MapStore) -> Path | None:
    """The map in use, if Valhalla can search on it."""
    name = store.current()
    folder = store.folder(name) if name else None
    return folder if folder and (folder / TILES).exists() and (folder / CONFIG).exists() else None


async def _serve_map(run_dir: Path, home: Path, folder: Path, store: MapStore, ready: Callable[[], None]) -> None:
    """Until another map is in use."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="valhalla-") as sockets:
        settings = _configure(folder, Path(sockets), port)
        service = await asyncio.create_subprocess_exec(
            home / "bin" / "valhalla_service", settings, str(THREADS),
            cwd=folder, stdout=asyncio.subprocess.DEVNULL, preexec_fn=_die_with_us,
        )  # fmt: skip
        try:
            await _until_up(service, port)
            announced = run_dir / f".{PORT_FILE}.new"
            announced.write_text(json.dumps({"folder": str(folder), "port": port}), encoding="utf-8")
            announced.replace(run_dir / PORT_FILE)
            ready()
            while service.returncode is None and folder_with_tiles(store) == folder:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(service.wait(), LOOK_S)
            if service.returncode is not None:
                raise SidecarError(f"valhalla_service ended with status {service.returncode}")
        finally:
            (run_dir / PORT_FILE).unlink(missing_ok=True)
            await _end(service)


def _configure(folder: Path, sockets: Path, port: int) -> Path:
    """The map's configuration with our port; its own folder for its sockets."""
    settings = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    settings["httpd"]["service"] |= {
        "listen": f"tcp://127.0.0.1:{port}",
        "drain_seconds": 1,
        "shutdown_seconds": 1,
        "loopback": f"ipc://{sockets}/loopback",
        "interrupt": f"ipc://{sockets}/interrupt",
    }
    for part in ("loki", "thor", "odin"):
        settings[part]["service"]["proxy"] = f"ipc://{sockets}/{part}"
    settings["thor"].setdefault("bidirectional_astar", {})["threshold_delta"] = BEYOND_S
    file = sockets / "valhalla.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return file


async def _until_up(service: asyncio.subprocess.Process, port: int) -> None:
    deadline = asyncio.get_running_loop().time() + UP_S
    while asyncio.get_running_loop().time() < deadline:
        if service.returncode is not None:
            raise SidecarError(f"valhalla_service ended with status {service.returncode} before it took connections")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(STEP_S)
    raise SidecarError(f"valhalla_service takes no connections on port {port} after {UP_S:g} s")


async def _end(service: asyncio.subprocess.Process) -> None:
    """At once: it keeps nothing, and takes 2 s when asked to end."""
    if service.returncode is None:
        service.kill()
        await service.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_us() -> None:
    """In the child: end when our process does, also when it is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
