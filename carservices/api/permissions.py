"""What an app may do: its permissions, the decisions on them, the question to the person, and their use."""

from enum import StrEnum

from pydantic import BaseModel


class Level(StrEnum):
    """How a permission is given (the protection levels of Android)."""

    NORMAL = "normal"
    """With the installation; it is listed."""
    DANGEROUS = "dangerous"
    """By the person, at first use."""
    SIGNATURE = "signature"
    """Never to third parties: only to apps that are part of the car."""


class Decision(StrEnum):
    """Whether an app has a permission now."""

    GRANTED = "granted"
    DENIED = "denied"
    ASK = "ask"
    """Nobody has decided yet: it will be asked at first use."""
    NEVER = "never"
    """Signature level, and the app is not part of the car."""


class Permission(BaseModel, frozen=True):
    """One permission an app asks for. ``sentence`` says it to the person, by language (en, de, fr)."""

    id: str
    level: Level
    group: str
    sentence: dict[str, str]
    reasons: tuple[dict[str, str], ...]
    """Why the app wants it, in its own words, by language."""
    scopes: tuple[str, ...]
    """The lines of its manifest that need it."""
    decision: Decision
    used_today: int = 0
    last_used: float | None = None
    """Unix time in s."""


class Question(BaseModel, frozen=True):
    """A permission that an app needs now and the person has not decided on."""

    id: int
    app: str
    name: dict[str, str]
    permission: Permission


class Asked(BaseModel, frozen=True):
    """The question to show now, None when nothing is to be decided.

    ``driver_may_answer``: the car is parked. Else only the passenger may, or it waits.
    """

    question: Question | None = None
    driver_may_answer: bool = False
    waiting: int = 0
    """Further questions behind it."""


class Usage(BaseModel, frozen=True):
    """How often an app has used, and was refused, a permission on one day (local date, ISO)."""

    permission: str
    day: str
    used: int = 0
    denied: int = 0
    last: float | None = None
    """Unix time in s of the last use."""
