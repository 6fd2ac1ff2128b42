"""`carservices app new|check|test`: begin an app, check it, and run its tests."""

from pathlib import Path

from carservices.apptools.new import KINDS, NewAppError, new
from carservices.cli.common import Usage, parser


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
