"""Apps: which there are and how they do, what the one in front shows, and what each may do."""

from typing import Any

from carservices.api.appscreen import Display, Front, Guide, Player
from carservices.api.appstatus import About, Catalog
from carservices.api.contract import Contract, Stream, call
from carservices.api.inspection import Inspection
from carservices.api.installation import Installation
from carservices.api.people import Profiles
from carservices.api.permissions import Asked, Permission, Usage


class Apps(Contract):
    """The apps of the car: life cycle, what is shown, permissions. NOT_FOUND for an app that is not there."""

    name = "apps"
    apps = Stream(Catalog)
    screen = Stream(Front)
    media = Stream(Player)
    guide = Stream(Guide)
    ask = Stream(Asked)
    installation = Stream(Installation)
    profiles = Stream(Profiles)

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
    async def navigate(self, app: str, on: bool = True) -> None:
        """The app guides the driver from now on, in place of the car's navigation or another app; or no longer.

        What apps with the permission ask for in their own name. A new destination of the car's navigation ends it.
        PERMISSION_DENIED for an app of another category.
        """
        raise NotImplementedError

    @call
    async def acted(self, notification: str, action: int) -> None:
        """The person has tapped a button of an app's notification: the app does what it said, and the note goes.

        An app that has ended since is opened. NOT_FOUND when no app has said it.
        """
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
    async def add_profile(self, name: str) -> str:
        """One more person, who has allowed nothing yet; returns the id of the profile.

        INVALID_ARGUMENT for a name that is not 1 to 24 printable characters, or that another one has; UNAVAILABLE
        when there are 12.
        """
        raise NotImplementedError

    @call
    async def rename_profile(self, profile: str, name: str) -> None:
        """Call the person otherwise. NOT_FOUND, or INVALID_ARGUMENT as for `add_profile`."""
        raise NotImplementedError

    @call
    async def remove_profile(self, profile: str) -> None:
        """Forget the person with all they have decided and apps have stored for them.

        NOT_FOUND; INVALID_ARGUMENT for the one in use; UNAVAILABLE when it cannot be deleted.
        """
        raise NotImplementedError

    @call
    async def use_profile(self, profile: str) -> None:
        """Another person drives: their grants count and apps see what they stored for them; running ones start again.

        NOT_FOUND for a profile that is not there. PERMISSION_DENIED, as for all about people, unless the car is parked;
        tools may at any time.
        """
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
