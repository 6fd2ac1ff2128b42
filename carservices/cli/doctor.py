"""`carservices doctor`: checks this machine; each line says ok, or what to do."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from carservices.cli.common import add_json, add_run_dir, parser, show_json
from carservices.system import run_dir, settings
from carservices.system.display import has_display

FROM, BELOW = (3, 11), (3, 14)
PACKAGES = ("msgpack", "pydantic", "numpy", "kivy")
GL_PROBE = """
from carservices_ui import kivy_env
kivy_env.prepare(offscreen=True)
from kivy.core.window import Window
from kivy.graphics.opengl import glGetString, GL_RENDERER
assert Window, "no window"
print(glGetString(GL_RENDERER).decode())
"""
WINDOW_PROBE = """
from carservices_ui import kivy_env
kivy_env.prepare()
from kivy.config import Config
Config.set("graphics", "window_state", "hidden")
kivy_env.need_window()
"""
PROBE_SECONDS = 30
DEBIAN_GL = "apt install libgl1 libegl1 libgl1-mesa-dri libmtdev1"


class Finding(NamedTuple):
    """One line: ``level`` is ok, note (works with less) or bad; ``cure`` says what to do."""

    what: str
    level: str
    says: str
    cure: str = ""


def main(arguments: list[str]) -> int:
    """Check everything; 1 when something must be repaired."""
    options = parser("doctor", "Check this machine: each line is ok, or says what to do.")
    add_json(options)
    add_run_dir(options)
    chosen = options.parse_args(arguments)
    findings = [*(check() for check in CHECKS), *_sandbox(), _run_dir(chosen.run_dir)]
    if chosen.json:
        show_json([one._asdict() for one in findings])
    else:
        for one in findings:
            print(f"{one.level:4}  {one.what:9} {one.says}{f': {one.cure}' if one.cure else ''}")
    return 1 if any(one.level == "bad" for one in findings) else 0


def _python() -> Finding:
    says = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if FROM <= sys.version_info[:2] < BELOW:
        return Finding("Python", "ok", says)
    return Finding("Python", "bad", says, "install Python 3.11, 3.12 or 3.13 and create the environment with it")


def _packages() -> Finding:
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return Finding("packages", "bad", f"{', '.join(missing)} missing", "pip install -e . in the repository")
    return Finding("packages", "ok", ", ".join(PACKAGES))


def _gl() -> Finding:
    done, says = _probe(GL_PROBE)
    if done:
        return Finding("GL", "ok", says)
    return Finding("GL", "bad", f"no OpenGL context ({says})", DEBIAN_GL)


def _display() -> Finding:
    cure = "set DISPLAY, or use --headless and `carservices screenshot`"
    if not has_display():
        return Finding("display", "note", "DISPLAY and WAYLAND_DISPLAY are not set", cure)
    name = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or "native"
    if _probe(WINDOW_PROBE)[0]:
        return Finding("display", "ok", name)
    return Finding("display", "bad", f"{name} does not answer or cannot do OpenGL", cure)


def _probe(program: str) -> tuple[bool, str]:
    """Whether a program of its own ends well, and its last words."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False, f"no answer within {PROBE_SECONDS} s: update the graphics driver"
    done = probe.returncode == 0
    words = (probe.stdout if done else probe.stderr).strip().splitlines()
    return done, words[-1] if words else "no reason given"


def _fonts() -> Finding:
    spec = find_spec("carservices_ui")
    places = spec.submodule_search_locations if spec else None
    fonts = sorted(path.name for place in places or () for path in Path(place).rglob("*.ttf"))
    if fonts:
        return Finding("fonts", "ok", ", ".join(fonts))
    return Finding("fonts", "bad", "the cockpit's fonts are missing", "pip install --force-reinstall carservices")


def _hals() -> Finding:
    from carservices.hal.tools import list_hals

    hals = list_hals()
    broken = [f"{hal['name']} ({hal['error']})" for hal in hals if "error" in hal]
    if broken:
        return Finding("HALs", "note", "; ".join(broken), "install what they need or remove them")
    if not hals:
        return Finding("HALs", "bad", "none is installed", "pip install -e . registers the emulator")
    return Finding("HALs", "ok", ", ".join(hal["name"] for hal in hals))


def _sandbox() -> Iterator[Finding]:
    from carservices.apphost.sandbox import Level, Minimum, probe

    able = probe()
    full = able.level is Level.FULL
    if able.level < (minimum := Minimum(settings.settings_file())()):
        cure = "complete the sandbox, or `carservices settings sandbox_minimum LEVEL`"
        yield Finding("sandbox", "bad", f"no app starts: they have to be shut in at the level {minimum.word}", cure)
    yield Finding("sandbox", "ok" if full else "note", f"apps are shut in at the level {able.level.word}")
    for one in able.missing:
        yield Finding("sandbox", "note", f"missing: {one.what}", one.cure)


def _voice() -> Finding:
    from carservices.services.speech.engine import NoEngine
    from carservices.services.speech.espeak import Espeak

    voice = Espeak()
    try:
        voice.locate()
    except NoEngine as none:
        return Finding("voice", "note", str(none))
    return Finding("voice", "ok", f"{voice.name} speaks {', '.join(voice.voices)}")


def _settings() -> Finding:
    _, problem = settings.load()
    if problem:
        return Finding("settings", "note", problem, "`carservices settings KEY VALUE` chooses anew")
    return Finding("settings", "ok", str(settings.settings_file()))


def _run_dir(directory: Path) -> Finding:
    try:
        run_dir.prepare(directory)
    except run_dir.RunDirError as error:
        return Finding("run dir", "bad", str(error))
    pid = run_dir.running_pid(directory)
    return Finding("run dir", "ok", f"{directory}, {f'a car runs (pid {pid})' if pid else 'no car runs'}")


CHECKS: tuple[Callable[[], Finding], ...] = (_python, _packages, _gl, _display, _fonts, _hals, _voice, _settings)
