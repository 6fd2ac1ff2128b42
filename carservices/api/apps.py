"""Apps: which there are and how they do, what the one in front shows, and what each may do."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel

from carservices.api.contract import Contract, Stream, call
from carservices.api.inspection import Inspection


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
    grants: tuple[str, ...] = ()
    """Permissions in force for the person at the wheel."""
    last_error: str | None = None
    """One sentence; None when its last run ended well."""


class Catalog(BaseModel, frozen=True):
    """Every app there is, by id. ``problems``: one sentence for each bundle that cannot be used."""

    apps: tuple[AppStatus, ...] = ()
    problems: tuple[str, ...] = ()


class ImageFile(BaseModel, frozen=True):
    """A picture of an app as raw RGBA, ``width × height × 4`` bytes, row by row from the top."""

    path: str
    width: int
    height: int


class CutKind(StrEnum):
    """What the driving restrictions took away."""

    TEXT = "text"
    """Shortened."""
    ROWS = "rows"
    """The last ones are left out."""
    KEYBOARD = "keyboard"
    SETUP = "setup"
    """A sign-in or another template for use while parked."""
    DEPTH = "depth"
    """Deeper in the task than a driver may go."""


class Cut(BaseModel, frozen=True):
    """One cut: what, where in the tree (``sections.0.items``), how much is missing, and the restriction (a bit)."""

    kind: CutKind
    place: str
    amount: int = 0
    restriction: int = 0


class Card(StrEnum):
    """What the shell shows in place of a template."""

    STARTING = "starting"
    CRASHED = "crashed"
    """Offer `Apps.open` (start again) and `Apps.close`."""
    NOT_RESPONDING = "not_responding"
    """Offer `Apps.wait` and `Apps.close`."""
    DISABLED = "disabled"
    """Offer `Apps.enable` and `Apps.close`."""
    REFUSED = "refused"
    """Its template is against the rules; the sentence says which, for its developer."""
    PARKED_ONLY = "parked_only"
    """The template waits until the car is parked."""


class Screen(BaseModel, frozen=True):
    """The app in front.

    ``tree`` is its template as `carservices.app.codec` reads it, cut to what may be shown now; None with a ``card``.
    ``seq`` names this version of the template: an action is taken for the newest one only.
    """

    app: str
    name: dict[str, str]
    seq: int = 0
    key: str = ""
    """The same for each version of one screen on the app's stack: keep the scroll position."""
    depth: int = 1
    """1 is the app's root screen: back leaves the app."""
    tree: Any = None
    card: Card | None = None
    error: str | None = None
    """The sentence of a card."""
    cuts: tuple[Cut, ...] = ()
    images: dict[str, ImageFile] = {}
    """Image id of the tree → its file."""
    unsandboxed: bool = False
    """Show the permanent badge: it runs with the weak level."""


class Front(BaseModel, frozen=True):
    """The app in front, None when there is none."""

    screen: Screen | None = None


class Media(BaseModel, frozen=True):
    """What a media app plays: ``tree`` is its `carservices.app.templates.MediaState`.

    ``at`` is the monotonic time in ns at which its position was true. Its handlers are actions with this ``seq``.
    """

    app: str
    name: dict[str, str]
    seq: int
    tree: Any
    at: int
    images: dict[str, ImageFile] = {}


class Player(BaseModel, frozen=True):
    """The media app with the audio, None when none has anything loaded."""

    media: Media | None = None


class Display(BaseModel, frozen=True):
    """How the shell shows things, for apps to follow; the size in dp."""

    language: str = "en"
    theme: Literal["day", "night"] = "night"
    width: int = 1280
    height: int = 720


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
    reasons: tuple[str, ...]
    """Why the app wants it, in its own words."""
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


class About(BaseModel, frozen=True):
    """What only a look at the disk tells about an installed app: bytes of its bundle and of what it has stored."""

    size: int
    data: int
    publisher: str | None = None
    """The name under which its key is trusted, else the key's id; None for a part of the car."""
    previous: str | None = None
    """The version that `Apps.roll_back` goes back to."""


class InstallStep(StrEnum):
    """How far an installation is."""

    IDLE = "idle"
    FETCHING = "fetching"
    REVIEW = "review"
    """It has been fetched and checked; it waits for the person to agree."""
    INSTALLING = "installing"
    DONE = "done"
    FAILED = "failed"


class Package(BaseModel, frozen=True):
    """A fetched bundle: what it is, who signed it, and all it asks for."""

    id: str
    name: dict[str, str]
    version: str
    size: int
    """Bytes once installed."""
    key: str
    publisher: str | None = None
    """None for a key that is not trusted: it will be refused."""
    replaces: str | None = None
    """The version that is installed now; its data stays."""
    permissions: tuple[Permission, ...] = ()


class Installation(BaseModel, frozen=True):
    """The installation under way, or how the last one ended; ``done`` ``of`` bytes."""

    source: str = ""
    step: InstallStep = InstallStep.IDLE
    done: int = 0
    of: int = 0
    package: Package | None = None
    error: str | None = None


class Apps(Contract):
    """The apps of the car: life cycle, what is shown, permissions. NOT_FOUND for an app that is not there."""

    name = "apps"
    apps = Stream(Catalog)
    screen = Stream(Front)
    media = Stream(Player)
    ask = Stream(Asked)
    installation = Stream(Installation)

    @call
    async def open(self, app: str) -> None:
        """Bring it to the front, started if need be; `screen` shows it. UNAVAILABLE while it is disabled."""
        raise NotImplementedError

    @call
    async def home(self) -> None:
        """No app is in front any more; the one that was goes to the background."""
        raise NotImplementedError

    @call
    async def close(self, app: str) -> None:
        """Stop it."""
        raise NotImplementedError

    @call
    async def wait(self, app: str) -> None:
        """Give one that is not responding another 5 s."""
        raise NotImplementedError

    @call
    async def action(self, app: str, seq: int, action: int, args: list[Any] = []) -> None:  # noqa: B006 - a default of the wire
        """The person tapped: hand the action of the screen or of the media with this ``seq`` to the app.

        STALE when the app has shown something newer since; UNAVAILABLE when it does not run; PERMISSION_DENIED for
        one that waits until the car is parked.
        """
        raise NotImplementedError

    @call
    async def back(self) -> None:
        """One screen back in the app in front; from its root screen, home."""
        raise NotImplementedError

    @call
    async def use_display(self, display: Display) -> None:
        """The shell's part: language, theme or size have changed."""
        raise NotImplementedError

    @call
    async def answer(self, question: int, granted: bool, passenger: bool = False) -> None:
        """Decide on a permission. PERMISSION_DENIED when the car is not parked and it is not the passenger."""
        raise NotImplementedError

    @call
    async def permissions(self, app: str) -> list[Permission]:
        """All it asks for, and how it stands."""
        raise NotImplementedError

    @call
    async def grant(self, app: str, permission: str) -> None:
        """Give it a dangerous permission. INVALID_ARGUMENT when it does not ask for it, or never may have it."""
        raise NotImplementedError

    @call
    async def revoke(self, app: str, permission: str) -> None:
        """Take it away; an app that runs is ended and started again without it."""
        raise NotImplementedError

    @call
    async def usage(self, app: str) -> list[Usage]:
        """What it used and was refused, by day, newest first; the last 7 days."""
        raise NotImplementedError

    @call
    async def use_profile(self, profile: str) -> None:
        """Another person drives: their grants count from now on, running apps start again."""
        raise NotImplementedError

    @call
    async def enable(self, app: str) -> None:
        """Forget its crashes and let it start again."""
        raise NotImplementedError

    @call
    async def clear_data(self, app: str) -> None:
        """Stop it and delete all it has stored."""
        raise NotImplementedError

    @call
    async def uninstall(self, app: str) -> None:
        """Stop and remove it with its data and grants. INVALID_ARGUMENT for one that is part of the car."""
        raise NotImplementedError

    @call
    async def about(self, app: str) -> About:
        """Its size, its publisher, and the version before."""
        raise NotImplementedError

    @call
    async def fetch(self, source: str) -> None:
        """Fetch a bundle from a URL or a file; `installation` tells. UNAVAILABLE while another one is under way."""
        raise NotImplementedError

    @call
    async def install(self) -> None:
        """The person agrees to what was fetched. UNAVAILABLE when nothing waits for that."""
        raise NotImplementedError

    @call
    async def cancel_install(self) -> None:
        """Forget what was fetched, or how the last installation ended."""
        raise NotImplementedError

    @call
    async def roll_back(self, app: str) -> None:
        """Back to the version before, with its data; a second time forward again. UNAVAILABLE without one."""
        raise NotImplementedError

    @call
    async def rescan(self) -> None:
        """Look for bundles again: new ones appear, running ones whose version changed start anew."""
        raise NotImplementedError

    @call
    async def develop(self, folder: str) -> str:
        """For tools: run the app of this folder, as it is, in place of an installed one and in front; returns its id.

        Called again it starts anew. INVALID_ARGUMENT says what is wrong with its manifest.
        """
        raise NotImplementedError

    @call
    async def leave(self, app: str) -> None:
        """End what `develop` began; an installed app of this id is back."""
        raise NotImplementedError

    @call
    async def inspect(self, app: str, after: int = 0) -> Inspection:
        """For its developer: step, restrictions, cuts, and the messages with a number above ``after``.

        Messages are kept from the first call on, until 30 s after the last one.
        """
        raise NotImplementedError
