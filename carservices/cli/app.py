"""`carservices app`: begin, try, check, build and install apps."""

from importlib import import_module

from carservices.cli.common import parser

VERBS = {
    "new": ("carservices.cli.app_author:begin", "begin one: a list, a map or a player"),
    "run": ("carservices.cli.app_run:run", "try one in a car; each save is there within a second"),
    "check": ("carservices.cli.app_author:check", "what is wrong with one, where, and the cure"),
    "test": ("carservices.cli.app_author:test", "run its tests in a car of memory"),
    "inspect": ("carservices.cli.app_run:inspect", "look into a running one: step, cuts, the talk on its link"),
    "build": ("carservices.cli.app_install:build", "one signed, reproducible bundle file of an app's folder"),
    "key": ("carservices.cli.app_install:key", "make a publisher's key"),
    "trust": ("carservices.cli.app_install:trust", "whose bundles may be installed"),
    "list": ("carservices.cli.app_install:show", "what is installed"),
    "install": ("carservices.cli.app_install:install", "install or update from a file, a folder or a URL"),
    "update": ("carservices.cli.app_install:install", "the same as install"),
    "rollback": ("carservices.cli.app_install:roll_back", "back to the version before"),
    "remove": ("carservices.cli.app_install:remove", "uninstall, with or without its data"),
}
"""Verb → where it lives and one line of help."""


def main(arguments: list[str]) -> int:
    """Run one of the verbs."""
    if arguments and arguments[0] in VERBS:
        module, _, function = VERBS[arguments[0]][0].partition(":")
        status: int = getattr(import_module(module), function)(arguments)
        return status
    options = parser("app", "Apps: begin, try, check, build and install them. `carservices app VERB --help` says more.")
    verbs = options.add_subparsers(required=True, metavar="VERB")
    for verb, (_, words) in VERBS.items():
        verbs.add_parser(verb, help=words)
    options.parse_args(arguments)  # help, or an error: it ends here
    return 0
