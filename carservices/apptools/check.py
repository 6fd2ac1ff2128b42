"""All that `app check` looks at, one after the other; what is wrong early keeps the later ones from guessing."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from carservices.app.manifest import FILE, Manifest, ManifestError, load
from carservices.apptools import contents
from carservices.apptools.finding import Finding, error
from carservices.apptools.imports import check_imports
from carservices.apptools.scopes import check_scopes, missing
from carservices.apptools.source import Source
from carservices.apptools.trial import FRAME

ANSWER_SECONDS: Final = 5.0
"""An app that takes longer is called not responding in the car."""
WHOLE_SECONDS: Final = 300.0


class Trial(NamedTuple):
    """What running the app has shown."""

    findings: list[Finding]
    used: list[str]
    """Scopes of its manifest."""
    lacking: list[str]
    """Scopes that its manifest would need."""


def check(bundle: Path, seconds: float = ANSWER_SECONDS) -> list[Finding]:
    """Errors and warnings about the app in a folder, which is run for it, as its author, outside of the sandbox.

    ``seconds``: how long it may take to answer.
    """
    try:
        manifest = load(bundle)
    except ManifestError as problem:
        return [_of_manifest(problem, bundle)]
    return sorted(_all(bundle, manifest, seconds), key=lambda finding: finding.level)


def _all(bundle: Path, manifest: Manifest, seconds: float) -> Iterator[Finding]:
    yield from contents.check_folder(manifest, bundle)
    yield from contents.check_icon(manifest, bundle)
    yield from contents.check_licence(manifest, bundle)
    yield from contents.check_intents(manifest)
    yield from contents.check_size(bundle)
    source = Source.read(bundle)
    yield from source.broken
    yield from check_imports(source, manifest, bundle)
    yield from contents.check_texts(source, manifest, bundle)
    trial = Trial([], list(manifest.permissions), []) if source.broken else run(bundle, seconds)
    scopes = list(check_scopes(source, manifest, trial.used))
    yield from trial.findings
    yield from scopes
    for scope in trial.lacking:
        if not any(scope in finding.problem for finding in (*trial.findings, *scopes)):
            yield missing(FILE, scope)


def _of_manifest(problem: ManifestError, bundle: Path) -> Finding:
    text = str(problem).removeprefix(f"{bundle / FILE}")
    line, _, words = text.lstrip(":").partition(": ")
    place = f"{FILE}:{line}" if line.isdigit() else FILE
    what, _, cure = (words if line.isdigit() else text.lstrip(": ")).rpartition(": ")
    return error(place, what or cure, cure if what else "correct it")


def run(bundle: Path, seconds: float = ANSWER_SECONDS) -> Trial:
    """Run the app in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        command = [sys.executable, "-m", "carservices.apptools.trial", str(bundle), str(report), str(seconds)]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=WHOLE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            cure = "the trial was given up: leave loops, and wait with await"
            return Trial([error(FILE, f"the app ran for {WHOLE_SECONDS:g} s", cure)], [], [])
        if not report.exists():
            return Trial([_ended(ran.stderr, bundle.resolve(), seconds)], [], [])
        said = json.loads(report.read_text())
    return Trial([Finding(*one) for one in said["findings"]], said["used"], said["lacking"])


def _ended(said: str, bundle: Path, seconds: float) -> Finding:
    """It hung, or ended its own process."""
    inside = [frame for frame in FRAME.finditer(said) if Path(frame["file"]).is_relative_to(bundle)]
    if "Timeout" in said and inside:
        here = inside[0]
        place = f"{Path(here['file']).relative_to(bundle)}:{here['line']}"
        cure = "load in on_start or an action with await, and show what is there"
        return error(place, f"{here['name']}() has not returned for {seconds:g} s", cure)
    last = (said.strip().splitlines() or ["nothing was said"])[-1]
    return error(FILE, f"the app ended its process ({last})", "use self.finish() to leave")
