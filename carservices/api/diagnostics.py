"""Diagnostics: what the car's control units have stored as faults, what it means, and what software can repair.

A HAL that reaches control units offers two verbs to `Car.control`: ``ecus`` → ``[{"name", "request", "response"}]``
(the CAN identifiers of question and answer) and ``diagnose`` with ``to`` (an identifier), ``data`` (one UDS or OBD
request) and ``timeout`` in s → ``[[from_id, answer], …]``; it has waited where a unit asked for patience (NRC 0x78).
"""

from enum import StrEnum

from pydantic import BaseModel, Field

from carservices.api.contract import Contract, Stream, call


class Severity(StrEnum):
    """How bad a fault is, worst first."""

    CRITICAL = "critical"
    SERIOUS = "serious"
    MINOR = "minor"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class DriveOn(StrEnum):
    """Whether one may go on driving with a fault."""

    NO = "no"
    CAREFULLY = "carefully"
    YES = "yes"


class CodeStatus(StrEnum):
    """How sure the control unit is (the status byte of ISO 14229-1 D.2 in one word).

    Pending: seen, not yet confirmed. Confirmed: there now. Stored: confirmed, but the last test passed. Healed: no
    longer in the unit's memory, or passed ever since.
    """

    CONFIRMED = "confirmed"
    PENDING = "pending"
    STORED = "stored"
    HEALED = "healed"


class Verdict(StrEnum):
    """The car's health in one word."""

    GOOD = "good"
    NOTED = "noted"
    SERVICE = "service"
    STOP = "stop"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """What the service does now."""

    IDLE = "idle"
    SCANNING = "scanning"
    CLEARING = "clearing"
    REPAIRING = "repairing"


class Obstacle(StrEnum):
    """Why something cannot be done now."""

    BUSY = "busy"
    NOT_PARKED = "not_parked"
    IGNITION = "ignition"
    CHARGE = "charge"
    ATTEMPTS = "attempts"
    UNREACHABLE = "unreachable"
    NO_AUDIT = "no_audit"


class Result(StrEnum):
    """How a repair ended; fixed and not fixed are what the scan after it saw."""

    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    FAILED = "failed"


class Explanation(BaseModel, frozen=True):
    """A fault in plain words of one language: its name, what it means, what to do."""

    title: str
    text: str
    action: str


class Words(BaseModel, frozen=True):
    """A repair in plain words of one language."""

    title: str
    text: str


class Reading(BaseModel, frozen=True):
    """One value of a freeze frame: its name by language, the value, and the unit when it has one."""

    name: str
    labels: dict[str, str]
    value: bool | float | str
    unit: str | None = None


class Ecu(BaseModel, frozen=True):
    """One control unit; part and software are empty when it does not tell. ``request``, ``response``: its CAN ids."""

    name: str
    hal: str
    request: int
    response: int
    part: str = ""
    software: str = ""
    reachable: bool = True
    problem: str = ""


class Offer(BaseModel, frozen=True):
    """A repair that software can do. ``obstacles``: what stands in the way now; ``left``: attempts left today."""

    name: str
    texts: dict[str, Words]
    automatic: bool
    left: int
    obstacles: tuple[Obstacle, ...] = ()


class Meaning(BaseModel, frozen=True):
    """What a code means; ``known`` is False when it is explained only by its structure. English is always there."""

    code: str
    severity: Severity
    drive_on: DriveOn
    texts: dict[str, Explanation]
    known: bool

    def say(self, language: str = "en") -> Explanation:
        """In a language, English when it is not there."""
        return self.texts.get(language, self.texts["en"])


class TroubleCode(Meaning, frozen=True):
    """One fault of one control unit; times are Unix time in s, ``frame`` is what it saw when the fault came."""

    ecu: str
    status: CodeStatus
    warning_light: bool = False
    first_seen: float
    last_seen: float
    occurrences: int = 1
    frame: tuple[Reading, ...] = ()
    repair: Offer | None = None

    @property
    def id(self) -> str:
        """``BMS:P0A7E-00``: what `Diagnostics.repair` wants."""
        return f"{self.ecu}:{self.code}"


class Attempt(BaseModel, frozen=True):
    """One repair as the audit file has it; ``time`` is Unix time in s, ``fault`` the trouble code's id."""

    time: float
    repair: str
    fault: str
    automatic: bool
    result: Result
    reason: str = ""


class CarHealth(BaseModel, frozen=True):
    """All that is known: faults worst first, those that healed newest first.

    ``scanned`` is the Unix time in s of the last whole scan, ``busy_with`` the unit being worked on, ``problem`` why
    nothing can be said, ``obstacles`` what stands in the way of clearing. ``finished`` counts the pieces of work that
    have ended: whoever asked for one waits for it to grow.
    """

    phase: Phase = Phase.IDLE
    finished: int = 0
    busy_with: str = ""
    progress: float = Field(default=0.0, ge=0, le=1)
    scanned: float | None = None
    verdict: Verdict = Verdict.UNKNOWN
    ecus: tuple[Ecu, ...] = ()
    codes: tuple[TroubleCode, ...] = ()
    healed: tuple[TroubleCode, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    problem: str = ""


class Diagnostics(Contract):
    """Reads, explains, clears and repairs what the control units complain about.

    `scan`, `clear` and `repair` return once the work has begun; `health` says how it goes on. UNAVAILABLE while
    other work goes on or something stands in the way.
    """

    name = "diagnostics"
    health = Stream(CarHealth)

    @call
    async def scan(self) -> None:
        """Ask every control unit for its identity and its faults; joins a scan that goes on already."""
        raise NotImplementedError

    @call
    async def clear(self, ecu: str | None = None) -> None:
        """Forget the faults of one unit, or of all; only while parked. What is still broken comes again."""
        raise NotImplementedError

    @call
    async def repair(self, fault: str) -> None:
        """Try the repair offered for a fault (its id), then look whether it helped. NOT_FOUND without an offer."""
        raise NotImplementedError

    @call
    async def explain(self, code: str) -> Meaning:
        """What a code such as ``P0A7E`` or ``C0035-13`` means. INVALID_ARGUMENT when it is none."""
        raise NotImplementedError

    @call
    async def read(self, ecu: str, identifier: int) -> Reading:
        """One data identifier (0 to 65535) of a unit; unknown ones come as hexadecimal text.

        NOT_FOUND when the unit is not there or has no such identifier.
        """
        raise NotImplementedError
