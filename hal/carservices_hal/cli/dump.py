"""`carservices can dump`: frames of a bus or a log, decoded, filtered, as text, JSON lines or a candump log."""

import argparse
import contextlib
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from carservices.cli.common import Usage
from carservices_hal.can.bus import CLASSIC, filter_of, filters_itself, key_of, listen
from carservices_hal.can.car import databases, merged
from carservices_hal.can.codec import ShortFrame
from carservices_hal.can.dbc import EXTENDED
from carservices_hal.can.explain import Decoded, Explainer
from carservices_hal.cli.bus import named_bus
from carservices_hal.replay.logs import messages

if TYPE_CHECKING:
    import can
    from can.typechecking import CanFilter

WHOLE = 0x1FFFFFFF
"""Mask of a whole id, whatever its length."""
ERROR, UNSPECIFIED = 0x20000000, 0x80
"""What marks an error frame in candump's logs, and "some bus error" (linux/can/error.h)."""


def dump(chosen: argparse.Namespace) -> int:
    """Print until the log ends, ``--count`` is reached, or Ctrl-C."""
    explainer = Explainer(merged(databases(chosen.dbc)), chosen.message, chosen.signal)
    ids = {_id(text) for text in chosen.id}
    show = _candump if chosen.candump else _json if chosen.json else _text
    named = bool(explainer.chosen)

    def wanted(frame: "can.Message") -> bool:
        key = key_of(frame)
        return not (ids or named) or key & ~EXTENDED in ids or (named and explainer.wants(key))

    with _source(chosen, [*map(filter_of, explainer.chosen), *map(_filter, ids)]) as frames:
        for frame in islice(filter(wanted, frames), chosen.count):
            print(show(frame, explainer), flush=chosen.log is None)
    return 0


@contextlib.contextmanager
def _source(chosen: argparse.Namespace, filters: "Sequence[CanFilter]") -> "Iterator[Iterator[can.Message]]":
    if chosen.log is not None:
        yield messages(chosen.log, chosen.bus)
        return
    with named_bus(chosen) as bus:
        if filters and filters_itself(bus):
            bus.set_filters(filters)
        yield listen(bus)


def _filter(number: int) -> "CanFilter":
    return {"can_id": number, "can_mask": WHOLE}


def _id(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        raise Usage(f"--id '{text}': write hexadecimal, such as 0x101") from None


def _text(frame: "can.Message", explainer: Explainer) -> str:
    """The candump line, then what it means."""
    message = explainer.message(key_of(frame))
    words = [f"{_candump(frame, explainer):60}", message.name if message else "?"]
    readings, fault = _readings(frame, explainer)
    return " ".join([*words, *map(str, readings), *([f"({fault})"] if fault else [])])


def _json(frame: "can.Message", explainer: Explainer) -> str:
    message = explainer.message(key_of(frame))
    readings, fault = _readings(frame, explainer)
    data: dict[str, Any] = {
        "time": frame.timestamp,
        "channel": frame.channel,
        "id": f"0x{frame.arbitration_id:X}",
        "extended": frame.is_extended_id,
        "data": frame.data.hex(),
        "message": message.name if message else None,
        "signals": {
            one.signal.name: {"value": one.value, "unit": one.signal.unit or None, "text": one.text} for one in readings
        },
        "fault": fault,
    }
    return json.dumps(data)


def _readings(frame: "can.Message", explainer: Explainer) -> tuple[list[Decoded], str | None]:
    if frame.is_error_frame or frame.is_remote_frame:
        return [], "error frame" if frame.is_error_frame else "remote frame"
    try:
        return explainer.readings(key_of(frame), frame.data), None
    except ShortFrame as error:
        return [], str(error)


def _candump(frame: "can.Message", _explainer: Explainer) -> str:
    """(seconds) channel id#data, as `candump -L` and `can.CanutilsLogWriter` write it."""
    channel = frame.channel if frame.channel is not None else "can0"
    channel = f"can{channel}" if str(channel).isdecimal() else str(channel)
    number = frame.arbitration_id
    if frame.is_error_frame:
        number = ERROR | (number or UNSPECIFIED)
        return f"({frame.timestamp:.6f}) {channel} {number:08X}#{frame.data.hex().upper() or '00' * CLASSIC}"
    words = f"{number:08X}" if frame.is_extended_id else f"{number:03X}"
    if frame.is_remote_frame:
        return f"({frame.timestamp:.6f}) {channel} {words}#R{frame.dlc or ''}"
    if frame.is_fd:
        flags = frame.bitrate_switch | frame.error_state_indicator << 1
        return f"({frame.timestamp:.6f}) {channel} {words}##{flags:X}{frame.data.hex().upper()}"
    return f"({frame.timestamp:.6f}) {channel} {words}#{frame.data.hex().upper()}"
