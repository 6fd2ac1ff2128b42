"""How people name messages and signals of a database: `Message.Signal`, `0x101.Signal`, or `Signal` of one only."""

import difflib
from collections.abc import Mapping

from carservices_hal.can.dbc import EXTENDED, DbcSignal, Message

NO_MESSAGE = "no message for"


class UnknownName(ValueError):
    """A name that is none, or of several; the message says what there is."""


def messages_named(messages: Mapping[int, Message], name: str) -> list[Message]:
    """The messages of this name, or of the id that it is (0x…)."""
    if name.startswith("0x"):
        try:
            number = int(name, 16)
        except ValueError:
            return []
        return [message for key in (number, number | EXTENDED) if (message := messages.get(key))]
    return [message for message in messages.values() if message.name == name]


def find_message(messages: Mapping[int, Message], name: str) -> Message:
    """The one message of this name or id. Raises UnknownName."""
    found = messages_named(messages, name)
    if not found:
        raise UnknownName(f"no message {name}{_near(name, [message.name for message in messages.values()])}")
    if len(found) > 1:
        raise UnknownName(f"{len(found)} messages {name}: write {_choices(found)}")
    return found[0]


def find_signal(messages: Mapping[int, Message], name: str) -> tuple[Message, DbcSignal]:
    """The one signal of this name, and its message. Raises UnknownName."""
    message, dot, signal = name.rpartition(".")
    owners = messages_named(messages, message) if dot else [m for m in messages.values() if signal in m.signals]
    if len(owners) > 1:
        raise UnknownName(f"{name} can be {_choices(owners, f'.{signal}', by_id=bool(dot))}; write which")
    if not owners:
        known = [] if dot else [other for owner in messages.values() for other in owner.signals]
        raise UnknownName(f"{NO_MESSAGE} {name}{_near(signal, known)}")
    if signal not in owners[0].signals:
        raise UnknownName(f"message {owners[0].name} has no signal {signal}{_near(signal, list(owners[0].signals))}")
    return owners[0], owners[0].signals[signal]


def _choices(owners: list[Message], rest: str = "", *, by_id: bool = True) -> str:
    return " or ".join(f"0x{owner.id:X}{rest}" if by_id else f"{owner.name}{rest}" for owner in owners)


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""
