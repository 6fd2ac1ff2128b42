"""`carservices control`: a developer's command to a HAL itself, such as the emulator's weather."""

import json
from typing import Any

from carservices.cli.common import Usage, add_run_dir, parser, show_json, with_car


def main(arguments: list[str]) -> int:
    """Send one command and print what the HAL answers."""
    options = parser("control", "A command to a HAL itself; it is recorded in the audit log.")
    options.add_argument("hal", metavar="HAL")
    options.add_argument("verb", metavar="VERB")
    options.add_argument("arguments", nargs="*", metavar="KEY=VALUE", help="a value is JSON, or a text")
    add_run_dir(options)
    chosen = options.parse_args(arguments)
    given = dict(map(_argument, chosen.arguments))

    async def send(car: Any) -> int:
        answer = await car.control(chosen.hal, chosen.verb, **given)
        if answer is not None:
            show_json(answer)
        return 0

    return with_car(chosen.run_dir, send)


def _argument(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise Usage(f"'{text}': write KEY=VALUE")
    try:
        return key, json.loads(value)
    except (ValueError, RecursionError):  # also brackets without end
        return key, value
