"""`carservices hal`: the installed HALs, the conformance kit, and the scaffold of a new one."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from carservices.cli.common import add_json, parser, show_json, show_table


def main(arguments: list[str]) -> int:
    """Run one of the verbs; of ``check`` the status is the kit's."""
    options = parser("hal", "HALs: plugins that connect one source of signals.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="list|check|new")
    listing = verbs.add_parser("list", help="what is installed, with its options")
    check = verbs.add_parser("check", help="run the conformance kit on one")
    check.add_argument("name", metavar="NAME", help="of an installed HAL, or package.module:Class")
    check.add_argument(
        "--hal-option", action="append", default=[], metavar="KEY=VALUE", help="an option of the HAL; repeatable"
    )
    check.add_argument(
        "--hal-sets",
        action="append",
        default=[],
        metavar="GLOB",
        help="the only signals to set; name them on a real car",
    )
    new = verbs.add_parser("new", help="begin a package with a HAL that passes the kit at once")
    new.add_argument("name", metavar="NAME", help="a-z, 0-9 and _, beginning with a letter")
    new.add_argument("directory", nargs="?", type=Path, metavar="DIR", help="default: car-hal-NAME")
    for one in (listing, check):
        add_json(one)
    chosen = options.parse_args(arguments)
    from carservices.hal import tools  # only now: help needs none of it

    if chosen.verb == "list":
        return _list(tools.list_hals(), chosen.json)
    if chosen.verb == "check":
        from carservices.hal.registry import parse_options
        from carservices.signals import GlobSet

        given = parse_options(chosen.hal_option)
        GlobSet(*chosen.hal_sets)  # a wrong one is told before anything is set
        return 1 if tools.check(chosen.name, given, sets=chosen.hal_sets, as_json=chosen.json) else 0
    directory = chosen.directory or Path(f"car-hal-{chosen.name.replace('_', '-')}")
    for path in tools.new(chosen.name, directory):
        print(path)
    install = "pip install" if find_spec("pip") else f"uv pip install --python {sys.executable}"  # uv's have no pip
    print(f"next: {install} -e {directory} && carservices hal check {chosen.name}")
    return 0


def _list(hals: list[dict[str, Any]], as_json: bool) -> int:
    if as_json:
        show_json(hals)
        return 0
    rows = [(hal["name"], hal["version"], hal.get("error") or hal["doc"], _options(hal)) for hal in hals]
    show_table(("NAME", "VERSION", "WHAT IT IS", "OPTIONS"), rows)
    return 0


def _options(hal: dict[str, Any]) -> str:
    return ", ".join(hal.get("options", {}).get("properties", ()))
