"""The wire: message kinds, frame layouts and socket names of the core bus.

Topics (XPUB → SUB)     one frame ``topic NUL payload``; payload is a msgpack array of one or more values in their
    order, each (value, t_ns, status, seq)
Publications (PUSH → PULL)  one frame: kind byte, then
    VALUES  msgpack array of (signal index, value, t_ns, status): a HAL's batch; the index is its place in `open`
    STATE   ``topic NUL msgpack value``: a service's new state
Calls (DEALER ↔ ROUTER)  one frame, a msgpack array that begins with its kind; see `Kind`

The NUL keeps a subscription to ``Vehicle.Speed`` from matching ``Vehicle.SpeedLimit``. Unknown trailing fields
are ignored, unknown kinds are answered with UNSUPPORTED, so that old and new programs can talk.
"""

from enum import IntEnum
from pathlib import Path
from typing import Any

import msgpack

from carservices.signals import Status

VERSION = 1
MAX_MESSAGE = 8 << 20
"""Bytes in one frame; who sends more is cut off."""
MAX_PAYLOAD = MAX_MESSAGE - 2048
"""Bytes in one payload: the hub adds a topic or a caller's name on the way."""
BAD_INPUT = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)
"""What Python raises when a decoded message does not have the shape its reader expects."""
NUL = b"\x00"
VALUES = b"V"
STATE = b"S"
HUB = "hub"
STATUSES = tuple(Status)
"""A status by the number that travels; a lookup costs a fraction of `Status(number)`."""


class Kind(IntEnum):
    """The kinds of message on the call sockets."""

    HELLO = 0  # (HELLO, version)                             client → hub, whose name the connection has proven
    WELCOME = 1  # (WELCOME, version)                         hub → client
    CALL = 2  # (CALL, id, target, method, params, timeout_ms)  → hub → service (target is then the caller)
    REPLY = 3  # (REPLY, id, result)
    ERROR = 4  # (ERROR, id, code, message, details)
    NOTICE = 5  # (NOTICE, what, body)                        hub → client, unasked
    REPORT = 7  # (REPORT, drops)                             client → hub: messages lost on the way to it


encode = msgpack.Packer(use_bin_type=True).pack  # kept: a new one for each message costs as much as packing it
"""`pack` without its checks, for what has come over the bus already."""


def pack(message: Any) -> bytes:
    """Encode one payload. Raises ValueError for what cannot travel."""
    try:
        frame: bytes = encode(message)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"this cannot go over the bus: {error}") from error
    if len(frame) > MAX_PAYLOAD:
        raise ValueError(f"{len(frame)} bytes are too much for one message; {MAX_PAYLOAD} are allowed")
    return frame


decode = msgpack.unpackb
"""`unpack` without wrapper and options, for the way of every value: maps have text keys; raises one of `BAD_INPUT`."""


def unpack(frame: bytes) -> Any:
    """Decode one payload. Raises ValueError for anything that is not one msgpack object."""
    try:
        return msgpack.unpackb(frame, raw=False, strict_map_key=False)
    except (msgpack.exceptions.UnpackException, msgpack.exceptions.ExtraData, ValueError, TypeError) as error:
        raise ValueError(f"not a bus payload ({type(error).__name__}: {error})") from error


def socket_path(run_dir: Path, name: str) -> Path:
    """Where one of the hub's three sockets is: ``calls``, ``topics`` or ``publish``."""
    return run_dir / f"{name}.sock"


def topic_name(path: str, rate: float, resolution: float, variable_rate: bool) -> str:
    """The topic of one way of seeing a signal; on-change signals have just their path."""
    if not rate and not resolution:
        return path
    return f"{path}@{rate:g}~{resolution:g}{'' if variable_rate else '!'}"
