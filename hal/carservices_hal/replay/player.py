"""Puts a log onto a bus with the distances of its time stamps, times a factor, once or again and again."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carservices.hal import HalError

if TYPE_CHECKING:
    import can

STEP = 0.0005
"""s: frames closer than this leave together; the operating system does not wake a program more precisely."""
SEND_TIMEOUT = 1.0
"""s a full adapter has to take the next frame."""


@dataclass(slots=True)
class Played:
    """How it went; ``late`` is the worst delay of a frame, in s."""

    frames: int = 0
    seconds: float = 0.0
    late: float = 0.0


def play(
    log: Callable[[], Iterable["can.Message"]],
    bus: "can.BusABC",
    *,
    speed: float = 1.0,
    loop: bool = False,
    played: Played | None = None,
) -> Played:
    """Send every frame of the log; ``log`` begins it anew each time it is called. Blocks until the end.

    ``played`` is filled in while it runs. Raises HalError when the bus is lost or the log is broken or empty.
    """
    played = played or Played()
    while True:
        before = played.frames
        _once(log(), bus, speed, played)
        if played.frames == before:
            raise HalError("the log has no frame to send; give another log or bus")
        if not loop:
            return played


def _once(log: Iterable["can.Message"], bus: "can.BusABC", speed: float, played: Played) -> None:
    begun, first = 0.0, None
    done = played.seconds
    for message in log:
        if message.is_error_frame:  # an observation of the recording adapter: nobody can send one
            continue
        if first is None:
            begun, first = time.monotonic(), message.timestamp
        due = (message.timestamp - first) / speed
        ahead = due - (time.monotonic() - begun)
        if ahead > STEP:
            time.sleep(ahead)
        played.late = max(played.late, -ahead)
        try:
            bus.send(message, SEND_TIMEOUT)
        except Exception as error:  # a driver may raise anything
            raise HalError(
                f"the CAN bus did not take frame {played.frames + 1}: {error}; check adapter and line"
            ) from None
        played.frames += 1
        played.seconds = done + time.monotonic() - begun
