"""Databases of any format as ours: DBC by our own reader; KCD, SYM and ARXML by cantools, if it is installed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from carservices_hal.can.dbc import MAX_BYTES, MAX_FRAME, Dbc, DbcError, DbcSignal, Lint, Message
from carservices_hal.can.dbc import load as load_dbc
from carservices_hal.extras import extra

FORMATS = (".kcd", ".sym", ".arxml")
"""What cantools reads for us; its errors become one `DbcError`."""
XML_FACTOR = 8
"""How much longer than a DBC these formats may be: ARXML says the same in more words."""


def load(file: Path | str) -> Dbc:
    """Read a database. Raises DbcError for a file that cannot be used, HalError without cantools where it is needed."""
    path = Path(file)
    if path.suffix.lower() not in FORMATS:
        return load_dbc(file)
    with extra("can-import"):
        import cantools
    try:
        if path.stat().st_size > XML_FACTOR * MAX_BYTES:
            raise DbcError(f"{file}: larger than {XML_FACTOR * MAX_BYTES >> 20} MB; give a database of CAN messages")
        theirs: Any = cantools.database.load_file(path, database_format=path.suffix[1:].lower(), strict=False)
    except OSError as error:
        raise DbcError(f"{file}: cannot be read ({error.strerror}); give a database") from None
    except DbcError:
        raise
    except Exception as error:  # each of its formats has its own kinds
        cause = " ".join(str(error).split())[:300]
        raise DbcError(f"{file}: cantools cannot read it: {cause or type(error).__name__}") from None
    dbc = Dbc(str(file))
    for message in theirs.messages:
        _add(dbc, message)
    if not dbc.messages:
        raise DbcError(f"{file}: no CAN message in it; give a database of CAN messages")
    return dbc


def _add(dbc: Dbc, theirs: Any) -> None:
    length = theirs.length
    if theirs.contained_messages or not length <= MAX_FRAME:
        dbc.lints.append(Lint(0, f"{theirs.name}: a container or more than {MAX_FRAME} bytes; left out"))
        return
    senders = theirs.senders or ["Vector__XXX"]
    message = Message(theirs.frame_id, theirs.is_extended_frame, theirs.name, length, senders[0], 0)
    message.period = (theirs.cycle_time or 0) / 1000
    message.comment = theirs.comment or ""
    if message.key in dbc.messages:
        dbc.lints.append(Lint(0, f"{message.name}: the id of {dbc.messages[message.key].name}; that one is left out"))
    for one in theirs.signals:
        signal = _signal(one)
        if not signal.factor or (signal.is_float and signal.length not in (32, 64)) or signal.bytes_needed > MAX_FRAME:
            dbc.lints.append(Lint(0, f"{message.name}.{signal.name}: no factor, an odd float or too far out; left out"))
        else:
            message.signals[signal.name] = signal
    dbc.messages[message.key] = message


def _signal(theirs: Any) -> DbcSignal:
    return DbcSignal(
        name=theirs.name,
        start=theirs.start,
        length=theirs.length,
        little_endian=theirs.byte_order == "little_endian",
        signed=theirs.is_signed,
        factor=_plain(theirs.scale),
        offset=_plain(theirs.offset),
        minimum=theirs.minimum or 0,
        maximum=theirs.maximum or 0,
        unit=theirs.unit or "",
        line=0,
        is_float=theirs.is_float,
        is_selector=theirs.is_multiplexer,
        selector=theirs.multiplexer_signal,
        selected=tuple(_ranges(theirs.multiplexer_ids or ())),
        values={int(number): str(text) for number, text in (theirs.choices or {}).items()},
        comment=theirs.comment or "",
    )


def _ranges(numbers: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Neighbours joined."""
    first = last = None
    for number in sorted(numbers):
        if first is None or last is None:
            first = number
        elif number != last + 1:
            yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else float(number)
