"""What an app may import: the SDK, its own modules and libraries, and of Python what is of use in the sandbox."""

import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from carservices.app.manifest import Manifest
from carservices.apphost.store.vendor import FOLDER as LIBRARIES
from carservices.apptools.finding import Finding, error, warning
from carservices.apptools.source import Source

OURS: Final = ("carservices.app", "carservices.api")
OFFERED: Final = ("PIL",)
"""Machine code, so no bundle brings it along: the car does (``carservices[apps]``)."""
NO_PROCESSES: Final = "an app has one process: use self.spawn, self.every or a thread"
NO_SOCKETS: Final = "the sandbox has no network: name the host in app.toml and use self.http"
NO_WINDOW: Final = "an app does not draw: view() returns a template"
USELESS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("subprocess", "multiprocessing", "pty"), NO_PROCESSES),
    **dict.fromkeys(("socket", "socketserver", "ftplib", "imaplib", "poplib", "smtplib", "xmlrpc"), NO_SOCKETS),
    **dict.fromkeys(("urllib.request", "http.client", "http.server", "webbrowser"), NO_SOCKETS),
    **dict.fromkeys(("tkinter", "turtle", "curses", "readline", "kivy"), NO_WINDOW),
    "ctypes": "machine code that is not the app's own is of no use in the sandbox: write it in Python",
    "zmq": "an app speaks to the car through the SDK: self.car",
    "signal": "the car ends an app: use on_stop",
}
"""Module → why it does not work in an app, and what does."""


def check_imports(source: Source, manifest: Manifest, bundle: Path) -> Iterator[Finding]:
    """One finding for each import that cannot work."""
    vendored = {path.name.removesuffix(".py") for path in (bundle / LIBRARIES).glob("*")}
    for name, place in source.imports:
        root = name.partition(".")[0]
        parents = {name.rsplit(".", cut)[0] for cut in range(name.count(".") + 1)}
        if root in source.modules or root in vendored or root in OFFERED:
            continue
        if useless := sorted(parents & USELESS.keys()):
            yield error(place, f"'{useless[0]}' is of no use in an app", USELESS[useless[0]])
        elif root == "carservices":
            if not any(name == ours or name.startswith(f"{ours}.") for ours in OURS):
                yield error(place, f"'{name}' is not for apps", f"import from {' or '.join(OURS)}")
        elif root not in sys.stdlib_module_names:
            yield from _library(root, place, manifest)


def _library(root: str, place: str, manifest: Manifest) -> Iterator[Finding]:
    wanted = {library.partition("==")[0].lower().replace("_", "-") for library in manifest.libraries}
    sources = {root.lower().replace("_", "-"), *(one.lower() for one in packages_distributions().get(root, ()))}
    if not wanted:
        yield error(place, f"there is no module '{root}'", f'add its library to app.toml: libraries = ["{root}==…"]')
    elif not wanted & sources:
        known = ", ".join(sorted(wanted))
        yield warning(place, f"'{root}' may be missing in the car", f"see that one of its libraries has it ({known})")
