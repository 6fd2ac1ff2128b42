"""What a developer wants to know of a running app: its step, what was cut and why, and the talk on its link."""

from typing import Literal

from pydantic import BaseModel


class LinkMessage(BaseModel, frozen=True):
    """One message of the link, or (``note``) something that the host noticed. ``at`` is Unix time in s."""

    number: int
    """Counts up."""
    at: float
    sender: Literal["app", "host"]
    kind: str
    """A name of `carservices.app.wire.Kind` in small letters, or ``note``."""
    text: str


class Inspection(BaseModel, frozen=True):
    """One app now."""

    app: str
    state: str
    """As `carservices.api.appstatus.AppState` has it."""
    template: str | None = None
    """Class of what it shows; None before there is anything."""
    seq: int = 0
    depth: int = 1
    step: int = 0
    """Of its task; 0 before the first, and on a navigation template."""
    steps: int = 5
    """So many a task may have."""
    refused: str | None = None
    """The rule that its newest template broke."""
    restrictions: tuple[str, ...] = ()
    """Those in force, by the names of `carservices.api.driving.Restriction`."""
    cuts: tuple[str, ...] = ()
    """One sentence for each thing that was cut, with the place and the restriction."""
    messages: tuple[LinkMessage, ...] = ()
