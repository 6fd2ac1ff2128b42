"""An ELM327 without its wires: text in, text out, requests to a car in between (data sheet ELM327DSJ)."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

Ask = Callable[[int, bytes, float], Awaitable[list[tuple[int, bytes]]]]
"""Sends a request to a CAN id and waits so many s: the ids that answer, each with its whole message."""

VERSION = "ELM327 v1.5"
DESCRIPTION = "OBDII to RS232 Interpreter"
PROMPT = ">"
LONGEST_LINE = 64
"""Characters; longer lines are no commands."""
LONGEST_REQUEST = 7
"""Bytes in one frame; the ELM327 cannot send more."""
FUNCTIONAL_SECONDS, PHYSICAL_SECONDS = 1.0, 5.0
"""How long all units, or the one that was asked, may take."""
READING = frozenset((0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x09, 0x0A, 0x19, 0x22, 0x3E))
"""Services that only read (SAE J1979, ISO 14229-1); the others need a gateway that may write."""
DENIED = 0x33
"""Negative response code securityAccessDenied, for a service this gateway does not let through."""
DEFAULT_TIMEOUT = 0x32


@dataclass(frozen=True, slots=True)
class Protocol:
    """One of the bus protocols; only CAN at 500 kbit/s leads anywhere."""

    name: str
    functional: int
    digits: int


PROTOCOLS = {
    6: Protocol("ISO 15765-4 (CAN 11/500)", 0x7DF, 3),
    7: Protocol("ISO 15765-4 (CAN 29/500)", 0x18DB33F1, 8),
}
AUTOMATIC = 0
KNOWN = range(13)
"""Numbers that AT SP takes; those that are not `PROTOCOLS` find no car."""

SWITCHES = {"E": "echo", "L": "linefeeds", "S": "spaces", "H": "headers"}
"""AT letter, followed by 0 or 1 → attribute."""
ACCEPTED = re.compile(
    r"M[01]|AT[012]|CAF[01]|AL|NL|PC|LP|BI|R[01]|V[01]|D[01]|JE|JS|SS|KW[01]|CFC[01]|AR|FCSM[012]|FCSH\w{3,8}"
    r"|FCSD\w{2,10}|CF\w{3,8}|CM\w{3,8}|CP\w{2}|TA\w{2}|SW\w{2}|IB\w{2}|CEA\w{0,2}|PP\w{2,4}(SV\w{2}|ON|OFF)?"
)
"""Commands about wires that are not here: taken, with no effect."""


class Elm:
    """One session. ``voltage`` is read for AT RV; ``may_write`` lets through what changes the car."""

    def __init__(self, ask: Ask, voltage: Callable[[], float | None], *, may_write: bool = False) -> None:
        self._ask = ask
        self._voltage = voltage
        self._may_write = may_write
        self._line = ""
        self._last = ""
        self._reset()

    def _reset(self) -> None:
        self.echo, self.linefeeds, self.spaces, self.headers = True, False, True, False
        self.protocol, self.connected = AUTOMATIC, 0
        self.timeout = DEFAULT_TIMEOUT
        self.header: int | None = None
        self.only: int | None = None

    async def feed(self, text: str) -> str:
        """Characters as they come in; what to send back. Commands end with a carriage return."""
        out = ""
        for character in text:
            if character == "\r":
                line, self._line = self._line, ""
                out += (f"{line}\r" if self.echo else "") + await self._command(line)
            elif character not in "\n\0" and len(self._line) <= LONGEST_LINE:
                self._line += character
        return out

    async def _command(self, line: str) -> str:
        command = "".join(line.split()).upper() or self._last
        self._last = command
        if command.startswith("AT"):
            lines = self._at(command[2:])
        elif re.fullmatch(r"[0-9A-F]{2,15}", command):
            lines = await self._request(command)
        else:
            lines = ["?"]
        end = "\r\n" if self.linefeeds else "\r"
        return "".join(f"{said}{end}" for said in lines) + end + PROMPT

    # -- AT commands -------------------------------------------------------------------------------------------------

    def _at(self, command: str) -> list[str]:
        if command in ("Z", "WS"):
            self._reset()
            return ["", "", VERSION] if command == "Z" else [VERSION]
        if command == "D":
            self._reset()
            return ["OK"]
        answers = {
            "I": VERSION,
            "@1": DESCRIPTION,
            "RV": self._volts(),
            "IGN": "ON",
            "DP": self._name(),
            "DPN": self._number(),
        }
        if command in answers:
            return [answers[command]]
        if command[:1] in SWITCHES and command[1:] in ("0", "1"):
            setattr(self, SWITCHES[command[0]], command[1] == "1")
            return ["OK"]
        return ["OK"] if self._set(command) or ACCEPTED.fullmatch(command) else ["?"]

    def _set(self, command: str) -> bool:
        """Commands with a number."""
        found = re.fullmatch(r"(SP|TP|ST|SH|CRA)(A?)([0-9A-F]*)", command)
        if not found:
            return False
        name, automatic, digits = found.groups()
        number = int(digits, 16) if digits else None
        match name, number:
            case (("SP" | "TP"), int()) if number in KNOWN and len(digits) == 1:
                self.protocol, self.connected = AUTOMATIC if automatic else number, 0
            case "ST", int() if len(digits) == 2:
                self.timeout = number or DEFAULT_TIMEOUT
            case "SH", int() if len(digits) in (3, 6, 8):
                self.header = number if len(digits) != 6 else 0x18000000 | number
            case "CRA", _ if len(digits) in (0, 3, 8):
                self.only = number
            case _:
                return False
        return True

    def _volts(self) -> str:
        volts = self._voltage()
        return "0.0V" if volts is None else f"{volts:.1f}V"

    def _name(self) -> str:
        used = self.connected or self.protocol
        name = PROTOCOLS[used].name if used in PROTOCOLS else ""
        return ", ".join(filter(None, ("AUTO" if self.protocol == AUTOMATIC else "", name)))

    def _number(self) -> str:
        return f"{'A' if self.protocol == AUTOMATIC else ''}{self.connected or self.protocol:X}"

    # -- requests ----------------------------------------------------------------------------------------------------

    async def _request(self, command: str) -> list[str]:
        """Hexadecimal bytes; one digit more says how many answers to wait for."""
        most = int(command[-1], 16) if len(command) % 2 else 0
        data = bytes.fromhex(command[: len(command) // 2 * 2])
        if len(data) > LONGEST_REQUEST:
            return ["?"]
        before = ["SEARCHING..."] if not self.connected and self.protocol == AUTOMATIC else []
        if not await self._connect():
            return [*before, "UNABLE TO CONNECT"]
        answers = [one for one in await self._answers(data) if self.only in (None, one[0])]
        lines = [line for source, message in answers[: most or None] for line in self._lines(source, message)]
        return [*before, *(lines or ["NO DATA"])]

    async def _connect(self) -> bool:
        """Find the protocol a unit answers on: each must answer 01 00."""
        if self.connected:
            return True
        for number in PROTOCOLS if self.protocol == AUTOMATIC else [self.protocol]:
            if number in PROTOCOLS and await self._ask(PROTOCOLS[number].functional, b"\x01\x00", FUNCTIONAL_SECONDS):
                self.connected = number
                return True
        return False

    async def _answers(self, data: bytes) -> list[tuple[int, bytes]]:
        functional = PROTOCOLS[self.connected].functional
        to = functional if self.header is None else self.header
        if not self._may_write and data[0] not in READING:
            return [] if to == functional else [(to + 8, bytes((0x7F, data[0], DENIED)))]
        return await self._ask(to, data, FUNCTIONAL_SECONDS if to == functional else PHYSICAL_SECONDS)

    def _lines(self, source: int, message: bytes) -> Iterator[str]:
        """As the ELM327 shows the frames that carried the message."""
        frames = list(segments(message))
        if self.headers:
            digits = f"{source:0{PROTOCOLS[self.connected].digits}X}"
            head = [digits] if len(digits) == 3 else [digits[place : place + 2] for place in range(0, 8, 2)]
            yield from (self._join([*head, *_hex(frame)]) for frame in frames)
        elif len(frames) == 1:
            yield self._join(_hex(message))
        else:
            yield f"{len(message):03X}"
            for number, frame in enumerate(frames):
                yield f"{number % 16:X}:{' ' if self.spaces else ''}{self._join(_hex(frame[1 if number else 2 :]))}"

    def _join(self, parts: list[str]) -> str:
        return (" " if self.spaces else "").join(parts)


def segments(message: bytes) -> Iterator[bytes]:
    """The frames of ISO 15765-2 that carry a message, without padding."""
    if len(message) <= LONGEST_REQUEST:
        yield bytes((len(message),)) + message
        return
    yield (0x1000 | len(message)).to_bytes(2) + message[:6]
    for number, start in enumerate(range(6, len(message), 7), 1):
        yield bytes((0x20 | number % 16,)) + message[start : start + 7]


def _hex(data: bytes) -> list[str]:
    return [f"{byte:02X}" for byte in data]
