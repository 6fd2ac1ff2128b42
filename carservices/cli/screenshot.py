"""`carservices screenshot`: a picture of the cockpit of the running car, drawn without a display."""

import logging
import os
from importlib import import_module

from carservices.bus.identity import TOOL
from carservices.cli.common import Failed, Usage, add_run_dir, parser, picture
from carservices.cli.start import size
from carservices.system.state import load

SHELL = "carservices_ui.shell"


def main(arguments: list[str]) -> int:
    """Draw the cockpit once into a file, as the person who drives has it."""
    options = parser("screenshot", "A picture of the cockpit of the running car; needs no display.")
    options.add_argument("picture", type=picture, metavar="PNG")
    options.add_argument("--screen", metavar="NAME", help="another screen than the one shown last")
    options.add_argument("--size", type=size, default=(1280, 720), metavar="WxH")
    add_run_dir(options)
    chosen = options.parse_args(arguments)

    from carservices.api.state import STATE_DIR_VARIABLE  # brings pydantic

    os.environ[STATE_DIR_VARIABLE] = load(chosen.run_dir).state_dir
    draw = import_module(SHELL).main
    logging.disable()  # kivy shows traces of what becomes one sentence here
    try:
        draw(chosen.run_dir, name=TOOL, size=chosen.size, screenshot=chosen.picture, screen=chosen.screen)
    except ValueError as error:  # no such screen
        raise Usage(str(error)) from None
    except OSError as error:
        raise Failed(
            f"{chosen.picture} cannot be written ({error.strerror}): make room or choose another place"
        ) from None
    print(chosen.picture)
    return 0
