"""Runs an app in a car of memory: parked, driving, in each language, and taps whatever there is to tap.

It is a program: ``python -m carservices.apptools.trial BUNDLE REPORT SECONDS``. An app that does not answer for so
many seconds of real time ends it, with the traceback on standard error; `carservices.apptools.check` reads both.
"""

import difflib
import faulthandler
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import carservices.app
from carservices.app.crash import app_lines
from carservices.app.manifest import FILE, load
from carservices.app.templates import Icon, Node
from carservices.app.testing.appcar import AppCar
from carservices.apphost.sandbox.levels import Limits
from carservices.apptools.finding import Finding, error, warning
from carservices.signals import Catalogue, Datatype, SignalConfig

ICONS: Final = Path(carservices.app.__path__[0]) / "icons.txt"
"""Names of the icons that the cockpit has."""
MOST_TAPS: Final = 60
DEEPEST: Final = 4
"""Screens on the stack: one more than the steps before the last of a task."""
LATER: Final = 60.0
"""Seconds of virtual time that pass once, for timers and what was begun."""
FRAME: Final = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)(?:,)? in (?P<name>.+)')
AWAY: Final = ("CallError", "HttpError", "SetFailed")
"""Errors that mean: this car of memory has no such service, page or actuator."""


class Trial:
    """One run; ``findings`` has each problem once, in the situation in which it was first seen."""

    def __init__(self, car: AppCar, bundle: Path, alive: Callable[[], None]) -> None:
        self._car = car
        self._bundle = bundle
        self._alive = alive
        self._taps = 0
        self._icons = ICONS.read_text(encoding="utf-8").split()
        self._seen: set[tuple[str, str]] = set()
        self.findings: list[Finding] = []
        self.used: set[str] = set()
        self.lacking: set[str] = set()

    def run(self) -> None:
        """Everything that is tried, in this order."""
        manifest = load(self._bundle)
        if not self._do("at its start", lambda: self._car.start(self._bundle)) or self._car.host.gone:
            return
        self._do("with values", lambda: self._car.update(_values()))
        for language in sorted(manifest.name.keys() - {"en"}):
            self._do(f"in '{language}'", partial(self._car.context, language=language))
        self._do("by day", lambda: self._car.context(language="en", theme="day"))
        self._do("while driving", self._car.drive)
        self._do("parked", self._car.park)
        self._walk()
        self._do("a minute later", lambda: self._car.advance(LATER))
        self._do("in the background", self._car.background)
        self._do("at its end", self._car.stop)

    def _walk(self) -> None:
        """Each thing on the first screen begins a task of its own."""
        for node in self._each():
            self._tap(node)
            self._do("opened again", self._car.foreground)

    def _each(self) -> Iterator[Node]:
        """What can be tapped on this screen; what is there changes meanwhile."""
        index = 0
        while self._shown and index < len(nodes := self._car.find(Node)):
            yield nodes[index]
            index += 1

    @property
    def _shown(self) -> bool:
        return not self._car.host.gone and self._car.host.template is not None

    def _tap(self, node: Node) -> None:
        """Tap it, and all there is on the screen to which that leads; then come back."""
        before = self._car.depth
        if self._taps >= MOST_TAPS:
            return
        touched: list[bool] = []
        self._do(f"after a tap on '{getattr(node, 'title', '')}'", lambda: touched.append(self._car.touch(node)))
        if not any(touched):
            return
        self._taps += 1
        if before < self._car.depth < DEEPEST:
            for inner in self._each():
                depth = self._car.depth
                self._tap(inner)
                if self._car.depth < depth:
                    return
        if self._shown and self._car.depth > before:
            self._do("going back", self._car.back)

    def _do(self, when: str, do: Callable[[], Any]) -> bool:
        """Do one thing and note what went wrong."""
        self._alive()
        try:
            do()
        except (Exception, SystemExit) as problem:
            self._raised(problem, when)
            return False
        finally:
            self._look(when)
        return True

    def _look(self, when: str) -> None:
        try:
            host = self._car.host
        except AssertionError:  # it has not come that far
            return
        self.used |= host.used
        self.lacking |= host.lacking
        for violation in host.violations:
            self._note(error(violation.place, f"{violation.sentence} ({when})", f"it is the rule {violation.rule}"))
        host.violations.clear()
        if host.template is None:
            return
        if detail := getattr(host.template, "detail", ""):
            self._failed(detail, when)
        for icon in self._car.find(Icon):
            if icon.name not in self._icons:
                near = difflib.get_close_matches(icon.name, self._icons, n=3, cutoff=0.4)
                cure = f"a puzzle piece stands there; it has {', '.join(near) or 'others'}"
                self._note(warning(f"Icon {icon.name}", f"the car has no such icon ({when})", cure))

    def _raised(self, problem: BaseException, when: str) -> None:
        self._failed(app_lines(problem.__cause__ or problem, self._bundle), when)

    def _failed(self, detail: str, when: str) -> None:
        """``detail`` is the app's own part of a traceback."""
        *_, last = detail.splitlines() or [""]
        kind, _, words = last.partition(": ")
        frames = [frame for frame in FRAME.finditer(detail) if not Path(frame["file"]).is_absolute()]
        place = f"{frames[-1]['file']}:{frames[-1]['line']}" if frames else "app.toml entry"
        name = kind.rpartition(".")[2]
        if name == "PermissionMissing":
            what, _, cure = words.partition(": ")
            self._note(error(place, f"{what} ({when})", cure))
        elif name in ("RuleBroken", "TemplateError"):
            where, _, rule = words.partition(": ")
            self._note(error(where, f"{rule} ({when})", "docs/apps.md tells the rules of the road"))
        elif name in AWAY:
            cure = f"catch {name} and show what is there: services, pages and actuators may be away"
            self._note(warning(place, f"{name} is not caught: {words} ({when})", cure))
        elif name == "BundleError":
            self._note(error("app.toml entry", words.partition(": ")[2] or words, "name module:Class of your App"))
        else:
            self._note(error(place, f"{name}: {words} ({when})", "correct it, or catch it: the person sees a card"))

    def _note(self, finding: Finding) -> None:
        key = (finding.place, finding.problem.rpartition(" (")[0])
        if key not in self._seen:
            self._seen.add(key)
            self.findings.append(finding)


def _memory(what: str) -> int:
    """Bytes of this process as Linux counts them; 0 elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(f"{what}:")), 0)


def _excess(taken: int) -> list[Finding]:
    if taken <= Limits().memory:
        return []
    most = Limits().memory >> 20
    cure = f"hold less at once: beyond {most} MB the car ends it"
    return [error(FILE, f"the app took {taken >> 20} MB of memory", cure)]


def _values() -> dict[str, Any]:
    """A plain value for every signal."""
    known = Catalogue.default()
    configs = [known.config(path) for path in known]
    return {config.path: _value(config) for config in configs if not config.datatype.is_array}


def _value(config: SignalConfig) -> Any:
    if config.allowed:
        return config.allowed[0]
    if config.datatype is Datatype.STRING:
        return "text"
    if config.datatype is Datatype.BOOLEAN:
        return True
    low, high = config.min, config.max
    middle = (low + high) / 2 if low is not None and high is not None else max(low or 0, 1)
    return middle if config.datatype in (Datatype.FLOAT, Datatype.DOUBLE) else int(middle)


def main(bundle: Path, report: Path, seconds: float) -> None:
    """Write what was found; cancel the deadline only at the end."""
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as data:
        car = AppCar(Path(data), bundle)
        car.may_fail()
        trial = Trial(car, bundle, lambda: faulthandler.dump_traceback_later(seconds, exit=True))
        before = _memory("VmRSS")
        try:
            trial.run()
        finally:
            trial.findings += _excess(_memory("VmHWM") - before)
            said = {"findings": trial.findings, "used": sorted(trial.used), "lacking": sorted(trial.lacking)}
            report.write_text(json.dumps(said))
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), float(sys.argv[3]))
