"""`carservices can replay`: a log onto a bus, as it happened, faster or again and again."""

import argparse

from carservices_hal.cli.bus import named_bus
from carservices_hal.replay.logs import messages
from carservices_hal.replay.player import Played, play


def replay(chosen: argparse.Namespace) -> int:
    """Play, and say at the end how it went, also after Ctrl-C."""
    played = Played()
    with named_bus(chosen) as bus:
        try:
            play(lambda: messages(chosen.log, chosen.bus), bus, speed=chosen.speed, loop=chosen.loop, played=played)
        finally:
            print(f"{played.frames} frames in {played.seconds:.1f} s, none later than {1000 * played.late:.1f} ms")
    return 0
