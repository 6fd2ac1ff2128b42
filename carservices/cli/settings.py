"""`carservices settings`: show and change what is chosen for this machine."""

import json
import sys
from dataclasses import asdict

from carservices.cli.common import Failed, add_json, parser, show_json, show_table
from carservices.system import settings


def main(arguments: list[str]) -> int:
    """Show all settings or one; with a value, change it."""
    options = parser("settings", f"What is chosen for this machine, kept in {settings.settings_file()}.")
    options.add_argument("key", nargs="?", metavar="KEY")
    options.add_argument("value", nargs="?", metavar="VALUE")
    add_json(options)
    chosen = options.parse_args(arguments)
    kept, problem = settings.load()
    if problem:
        print(f"carservices: {problem}", file=sys.stderr)
    if chosen.value is not None:
        changed = settings.change(kept, chosen.key, chosen.value)
        try:
            settings.save(changed)
        except OSError as error:
            file = settings.settings_file()
            raise Failed(f"{file} cannot be written ({error.strerror}): make room or correct XDG_CONFIG_HOME") from None
        return 0
    values = asdict(kept)
    if chosen.key:
        values = {chosen.key: settings.known(kept, chosen.key)}
    if chosen.json:
        show_json(values)
    else:
        show_table(("SETTING", ""), [(key, json.dumps(value)) for key, value in values.items()])
    return 0
