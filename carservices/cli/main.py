"""The `carservices` command: one table of verbs, each loaded only when it is used, and what its errors mean."""

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

OK, FAILED, USAGE, NOT_RUNNING = 0, 1, 2, 3

VERBS = {
    "emulator": ("carservices.cli.start:emulator", "start an emulated car with its cockpit"),
    "run": ("carservices.cli.start:run", "start the car on real HALs"),
    "signals": ("carservices.cli.signals:main", "list, get, set, watch and inject signals"),
    "ps": ("carservices.cli.processes:ps", "the processes of the running car"),
    "log": ("carservices.cli.log:main", "what they said, merged; -f follows"),
    "service": ("carservices.cli.processes:service", "list processes, restart one, change what they depend on"),
    "bus": ("carservices.cli.bus:main", "who sends how much over the bus"),
    "app": ("carservices.cli.app:main", "begin, try, check, build and install apps"),
    "hal": ("carservices.cli.hal:main", "list, check and begin HALs"),
    "control": ("carservices.cli.control:main", "a command to a HAL itself, such as the emulator's weather"),
    "diagnostics": ("carservices.cli.diagnostics:main", "the car's health: scan, explain, clear and repair faults"),
    "map": ("carservices.cli.map:main", "import, list, choose and remove the maps of this car"),
    "nav": ("carservices.cli.nav:main", "search places, look at routes, be guided, see how it stands"),
    "speech": ("carservices.cli.speech:main", "have the car say something, or say something to it"),
    "api": ("carservices.cli.api:main", "the contracts of the system services"),
    "screenshot": ("carservices.cli.screenshot:main", "a picture of the cockpit, also without a display"),
    "apps": ("carservices.cli.apps:main", "what apps do and may; open, close, grant and revoke"),
    "settings": ("carservices.cli.settings:main", "show and change this machine's settings"),
    "doctor": ("carservices.cli.doctor:main", "check this machine: each line ok, or what to do"),
}
"""Verb → where it lives and one line of help."""

GROUP = "carservices.cli"
"""Entry points of packages that bring verbs of their own: each is a table of this shape."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""How a disk says that it takes no more output."""

EXITS = {
    "carservices.system.state.NotRunning": NOT_RUNNING,
    "carservices.bus.errors.NotConnected": NOT_RUNNING,
    "carservices.bus.errors.UnknownSignal": USAGE,
    "carservices.bus.errors.CarError": FAILED,
    "carservices.system.run_dir.RunDirError": FAILED,
    "carservices.system.control.Refused": FAILED,
    "carservices.system.settings.SettingsError": USAGE,
    "carservices.hal.registry.UnknownHal": USAGE,
    "carservices.hal.registry.BadOptions": USAGE,
    "carservices.hal.base.HalError": FAILED,
    "carservices.signals.vss.CatalogueError": USAGE,
    "carservices.signals.globs.GlobError": USAGE,
    "carservices.signals.units.UnitError": USAGE,
    "carservices.services.navigation.maps.errors.UnknownMap": USAGE,
    "carservices.services.navigation.maps.errors.MapError": FAILED,
    "carservices.cli.common.Usage": USAGE,
    "carservices.cli.common.Failed": FAILED,
}
"""Errors that are a sentence for people and the exit status they mean; anything else is a bug and shows its trace."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status (0 ok, 1 failed, 2 usage, 3 not running)."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # a terminal without "°" or "…" is no reason to fail
    try:
        try:
            return _command(list(sys.argv[1:] if argv is None else argv))
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:  # whoever read our output has enough
        _drop_output()
        return OK
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            print(f"carservices: {str(error.filename)[:80]}…: {error.strerror}: use a shorter one", file=sys.stderr)
            return USAGE
        if error.errno not in FULL:
            raise
        _drop_output()
        what = error.filename or "the output"
        print(f"carservices: {what} cannot be written ({error.strerror}): make room for it", file=sys.stderr)
        return FAILED


def _command(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return OK if arguments else USAGE
    if arguments[0] == "--version":
        from carservices import __version__

        print(f"carservices {__version__}")
        return OK
    verb = arguments[0]
    known = VERBS if verb in VERBS else verbs()
    if verb not in known:
        import difflib

        near = difflib.get_close_matches(verb, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "see `carservices --help`"
        print(f"carservices: no command '{verb}': {hint}", file=sys.stderr)
        return USAGE
    return _run(known[verb][0], arguments[1:])


def verbs() -> Mapping[str, tuple[str, str]]:
    """Every verb of this machine: ours, and those that installed packages bring; ours cannot be replaced."""
    from importlib.metadata import entry_points

    found: dict[str, tuple[str, str]] = {}
    for point in entry_points(group=GROUP):
        try:
            found |= point.load()
        except Exception as error:  # a broken package must not take the command with it
            print(f"carservices: the commands of {point.value} cannot be loaded: {error}", file=sys.stderr)
    return VERBS | {verb: found[verb] for verb in sorted(found.keys() - VERBS.keys())}


def _run(place: str, arguments: list[str]) -> int:
    module, _, function = place.partition(":")
    try:
        status: int = getattr(import_module(module), function)(arguments)
    except Exception as error:
        known = [EXITS[name] for name in map(_name, type(error).__mro__) if name in EXITS]
        if not known:
            raise
        print(f"carservices: {error}", file=sys.stderr)
        return known[0]
    return status


def _drop_output() -> None:
    """What is still in the buffer of standard output goes nowhere when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _help() -> str:
    known = verbs()
    width = max(map(len, known))
    lines = [f"  {verb:{width}}  {words}" for verb, (_, words) in known.items()]
    return "\n".join(
        [
            "usage: carservices COMMAND [...]",
            "",
            "A car's services, HALs and cockpit, in one command.",
            "",
            *lines,
            "",
            "`carservices COMMAND --help` says more. Exit status: 0 ok, 1 failed, 2 usage, 3 no car is running.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
