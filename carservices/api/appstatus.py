"""An installed app: its state, how well it is locked in, what it uses, and what lies on the disk."""

from enum import StrEnum

from pydantic import BaseModel


class AppState(StrEnum):
    """Where an app is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    """Its process runs and has not said hello or has not shown anything yet."""
    RUNNING = "running"
    """In the background."""
    FOREGROUND = "foreground"
    FROZEN = "frozen"
    """In the background without any processor time."""
    NOT_RESPONDING = "not_responding"
    """It has left a ping, a tap or a wish for a template unanswered for 5 s."""
    CRASHED = "crashed"
    """Ended by a failure or by the host; `AppStatus.last_error` says why. A tap starts it again."""
    DISABLED = "disabled"
    """Crashed too often; only `Apps.enable` lets it start again."""


class SandboxLevel(StrEnum):
    """How well an app is locked in, best first."""

    FULL = "full"
    STRONG = "strong"
    WEAK = "weak"


class Sandbox(BaseModel, frozen=True):
    """What the launch of a running app achieved; ``missing`` has one sentence for each part this machine lacks."""

    level: SandboxLevel
    missing: tuple[str, ...] = ()


class Counters(BaseModel, frozen=True):
    """What went over the link of a running app since its start."""

    received: int = 0
    """Messages from the app."""
    sent: int = 0
    """Messages to the app."""
    values: int = 0
    """Values sent; many fit into one message."""
    coalesced: int = 0
    """Values replaced by a newer one before the app's rate let them through."""
    drops: int = 0
    """Values and messages that an app which does not read has missed."""
    denied: int = 0
    """Requests refused for want of a permission."""
    violations: int = 0
    """Messages beyond a budget, and ones that cannot be read."""


class HeldBack(BaseModel, frozen=True):
    """What a running app has not got of one permission since its start, though it is granted."""

    permission: str
    coalesced: int = 0
    """Values replaced by a newer one before the app's rate let them through."""
    drops: int = 0
    """Values it has missed because it did not read."""
    refused: int = 0
    """Requests beyond its budget."""

    @property
    def total(self) -> int:
        return self.coalesced + self.drops + self.refused


class AppStatus(BaseModel, frozen=True):
    """One installed app. ``name`` is by language, English always there; ``cpu`` percent of a core, ``rss`` bytes."""

    id: str
    name: dict[str, str]
    version: str
    category: str
    icon: str | None = None
    """Path of a PNG inside the bundle."""
    state: AppState = AppState.STOPPED
    builtin: bool = True
    """Part of the car: it cannot be uninstalled."""
    sandbox: Sandbox | None = None
    """None while it does not run."""
    pid: int | None = None
    cpu: float | None = None
    rss: int | None = None
    counters: Counters = Counters()
    held_back: tuple[HeldBack, ...] = ()
    """By permission; those of which nothing was held back are left out."""
    grants: tuple[str, ...] = ()
    """Permissions in force for the person at the wheel."""
    last_error: str | None = None
    """One sentence; None when its last run ended well."""


class Catalog(BaseModel, frozen=True):
    """Every app there is, by id. ``problems``: one sentence for each bundle that cannot be used."""

    apps: tuple[AppStatus, ...] = ()
    problems: tuple[str, ...] = ()


class About(BaseModel, frozen=True):
    """What only a look at the disk tells about an installed app: bytes of its bundle and of what it has stored."""

    size: int
    data: int
    publisher: str | None = None
    """The name under which its key is trusted, else the key's id; None for a part of the car."""
    previous: str | None = None
    """The version that `Apps.roll_back` goes back to."""
