"""The installation of an app: its steps, and the package that the person agrees to."""

from enum import StrEnum

from pydantic import BaseModel

from carservices.api.permissions import Permission


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
