"""`carservices app new|check|test`: begin an app, check it, and run its tests."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from carservices.apptools.check import check as check_bundle
from carservices.apptools.new import KINDS, NewAppError, new
from carservices.cli.common import Failed, Usage, add_json, parser, show_json

PYTEST = ("-q", "-pno:cacheprovider", "-pno:asyncio", "-c", os.devnull)
"""The tests of an app run apart from whatever project its folder lies in."""
NO_TESTS = 5
"""pytest's exit status when it has found none."""


def begin(arguments: list[str]) -> int:
    """Write the scaffold."""
    options = parser("app new", "Begin an app that passes its check and its tests at once.")
    options.add_argument("name", metavar="NAME", help="such as tyres, or with your domain: org.example.tyres")
    options.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="new or empty (default: its id)")
    options.add_argument("--kind", choices=KINDS, default=KINDS[0], help="what it shows (default: %(default)s)")
    chosen = options.parse_args(arguments[1:])
    try:
        written = new(chosen.name, chosen.kind, chosen.folder)
    except NewAppError as error:
        raise Usage(str(error)) from None
    for path in written:
        print(path)
    print(f"next: carservices app run {written[-1].parent}")
    return 0


def check(arguments: list[str]) -> int:
    """Say what is wrong with an app; 1 when there is an error."""
    options = parser(
        "app check",
        "Check an app: manifest, imports, permissions, the rules of the road, texts, icon, licence and size. "
        "It is run for that, as you and outside of the sandbox: check only what you trust.",
    )
    options.add_argument("folder", type=Path, nargs="?", default=Path(), help="with app.toml (default: here)")
    add_json(options)
    chosen = options.parse_args(arguments[1:])
    findings = check_bundle(chosen.folder)
    errors = sum(finding.level == "error" for finding in findings)
    if chosen.json:
        show_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            print(finding)
        counts = (("error", errors), ("warning", len(findings) - errors))
        print(", ".join(f"{count} {what}{'s' * (count != 1)}" for what, count in counts))
    return 1 if errors else 0


def test(arguments: list[str]) -> int:
    """Run its tests with pytest, whose exit status is ours."""
    options = parser("app test", "Run the tests of an app: pytest with the fixture app_car, a car of memory.")
    options.add_argument("folder", type=Path, nargs="?", default=Path(), help="with app.toml (default: here)")
    chosen, others = options.parse_known_args(arguments[1:])
    if find_spec("pytest") is None:
        raise Failed("the tests of an app need pytest: pip install 'carservices[app-test]'")
    folder = chosen.folder.resolve()
    if not (folder / "app.toml").is_file():
        raise Usage(f"there is no app.toml in {folder}: name the folder of an app")
    command = [sys.executable, "-m", "pytest", *PYTEST, f"--rootdir={folder}", *others, str(folder)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    status = subprocess.run(command, env=environment, check=False).returncode
    if status == NO_TESTS:
        raise Failed(f"there are no tests in {folder}: write tests/test_….py, as `carservices app new` does")
    return status
