"""What the app in front and the media app show, what was cut from it, who guides, and the display they follow."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel


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


class Guide(BaseModel, frozen=True):
    """The app that guides the driver, None while the car's own navigation does, or nobody."""

    app: str | None = None
    name: dict[str, str] = {}


class Display(BaseModel, frozen=True):
    """How the shell shows things, for apps to follow; the size in dp."""

    language: str = "en"
    theme: Literal["day", "night"] = "night"
    width: int = 1280
    height: int = 720
