"""The process of one app: `late_tls.START` with the folder of its bundle, and the link's descriptor in the environment.

The bundle's root and its ``lib`` come first on the path of modules. The process ends with the link.
"""

import asyncio
import logging
import os
import socket
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

from carservices.app.app import App
from carservices.app.crash import app_lines
from carservices.app.errors import BundleError
from carservices.app.runtime import MAX_LOG, LinkLog, Runtime
from carservices.app.wire import BLOCKED_VARIABLE, FD_VARIABLE, MAX_TO_APP, Channel, Kind, pack


def load(bundle: Path) -> tuple[type[App], str]:
    """The app's class and its English name. Raises BundleError when the entry of app.toml leads nowhere."""
    try:
        manifest = tomllib.loads((bundle / "app.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"app.toml: {error}") from None
    entry = str(manifest.get("entry", ""))
    module, _, name = entry.partition(":")
    for folder in (bundle / "lib", bundle):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    try:
        found: Any = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BundleError(f"app.toml: entry = {entry!r}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, App)):
        raise BundleError(f"app.toml: entry = {entry!r} is no subclass of carservices.app.App")
    title: Any = manifest.get("name", name)
    return found, str(title.get("en", name) if isinstance(title, dict) else title)


class LogWriter:
    """``print`` of an app, line by line, to its log."""

    def __init__(self) -> None:
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            logging.getLogger("app").info("%s", line)
        return len(text)

    def flush(self) -> None:
        """A line that has not ended yet waits."""


def tell_where_after(seconds: float) -> None:
    """Say on standard error what runs then, unless this is called again before."""
    import faulthandler

    faulthandler.dump_traceback_later(seconds, file=sys.stderr)


async def tell_blocks(seconds: float) -> None:
    """Tell where the loop is blocked for so long; never returns."""
    while True:
        tell_where_after(seconds)
        await asyncio.sleep(seconds / 4)


async def main(bundle: Path, sock: socket.socket) -> None:
    """Run the app of a bundle until its link ends. Raises whatever the import of the app raises."""
    if seconds := float(os.environ.pop(BLOCKED_VARIABLE, 0)):
        tell_where_after(seconds)
    try:
        kind, name = load(bundle)
        app = kind()
    except Exception as error:
        Channel(sock, MAX_TO_APP).send(pack(Kind.LOG, "critical", app_lines(error, bundle)[-MAX_LOG:]))
        raise
    runtime = Runtime(app, sock, bundle, name)
    app.attach(runtime)
    handler = LinkLog(runtime.session)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    sys.stdout = LogWriter()
    if seconds:
        runtime.spawn(tell_blocks(seconds))
    try:
        await runtime.ended.wait()
    finally:
        root.removeHandler(handler)
        runtime.close()


def start() -> None:
    """The whole life of the process."""
    with socket.socket(fileno=int(os.environ.pop(FD_VARIABLE))) as link:
        asyncio.run(main(Path(sys.argv[1]).resolve(), link))
