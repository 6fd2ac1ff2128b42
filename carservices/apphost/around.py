"""What an app of the host needs of those around it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from carservices.apphost.launcher import Launcher
from carservices.apphost.session import Gateway

A = TypeVar("A", contravariant=True)


class Host(Protocol[A]):
    """Everything about one app (``A`` is its class) that others have to know."""

    gateway: Gateway
    launcher: Launcher

    def context(self, app: A) -> dict[str, Any]: ...
    def changed(self) -> None:
        """Its state is another."""

    def shows(self, app: A) -> None:
        """It has something new to show."""

    def plays(self, app: A, tree: Any) -> None: ...
    def notifies(self, app: A, tree: Any) -> None: ...
    def left(self, app: A, *, returns: bool) -> None:
        """Its process is gone: it is not in front any more unless it crashed, or starts again at once."""

    def froze(self, app: A) -> None:
        """It stands still behind others: it guides nobody any more."""

    def crashed(self, app: A, lines: list[str]) -> None: ...
    def ask(self, app: A, permission: str) -> "asyncio.Future[bool] | None": ...
    def audit(self, app: str, what: str, **facts: Any) -> None: ...
    def place(self, app: str) -> Path:
        """Its folder in the run directory."""

    def data(self, app: str) -> Path:
        """Where it keeps its files for the person who drives."""

    def folders(self, app: A) -> Mapping[str, Path]:
        """The person's folders it may read."""
