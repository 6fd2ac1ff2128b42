"""The people of the car: added, named, removed, and one of them in use."""

import asyncio
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from carservices.api.people import MOST_PROFILES, Profile, Profiles, cleaned
from carservices.apphost.grants import Grants
from carservices.apphost.notices import NoticeDesk
from carservices.apphost.questions import Questions
from carservices.apphost.roster import Roster
from carservices.apphost.usage import UsageLog
from carservices.bus import CallError

BOOK = "people"
"""Under which the audit log has what happened to profiles."""


class PeopleDesk:
    """``data`` has what apps stored, by person; ``publish`` gets every change, ``audit`` who came, went and drives."""

    def __init__(
        self,
        grants: Grants,
        usage: UsageLog,
        roster: Roster,
        questions: Questions,
        notices: NoticeDesk,
        data: Path,
        publish: Callable[[Profiles], None],
        audit: Callable[..., None],
    ) -> None:
        self._grants = grants
        self._usage = usage
        self._roster = roster
        self._questions = questions
        self._notices = notices
        self._data = data
        self._publish = publish
        self._audit = audit
        self._switching = asyncio.Lock()

    def show(self) -> None:
        """Publish who there is."""
        profiles = tuple(Profile(id=one, name=name) for one, name in self._grants.names.items())
        self._publish(Profiles(active=self._grants.profile, profiles=profiles))

    def add(self, name: str) -> str:
        """Raises CallError INVALID_ARGUMENT, UNAVAILABLE."""
        name = self._free(name)
        if len(self._grants.names) >= MOST_PROFILES:
            raise CallError("UNAVAILABLE", f"there are {MOST_PROFILES} people already: remove one first")
        profile = secrets.token_hex(4)
        self._grants.name(profile, name)
        self._audit(BOOK, "added", profile=profile)
        self.show()
        return profile

    def rename(self, profile: str, name: str) -> None:
        """Raises CallError NOT_FOUND, INVALID_ARGUMENT."""
        self._need(profile)
        self._grants.name(profile, self._free(name, but=profile))
        self.show()

    async def remove(self, profile: str) -> None:
        """With all that is theirs. Raises CallError NOT_FOUND, INVALID_ARGUMENT, UNAVAILABLE.

        The last one is always the one in use.
        """
        async with self._switching:  # nobody switches to them meanwhile
            self._need(profile)
            if profile == self._grants.profile:
                raise CallError("INVALID_ARGUMENT", "the person in use cannot be removed: switch to another one first")
            try:
                if (stored := self._data / profile).exists():
                    await asyncio.to_thread(shutil.rmtree, stored)
            except OSError as error:
                raise CallError("UNAVAILABLE", f"what apps stored for them cannot be deleted: {error}") from None
            self._grants.remove(profile)
            self._usage.forget_person(profile)
            self._audit(BOOK, "removed", profile=profile)
            self.show()

    async def use(self, profile: str) -> None:
        """Every app is cut off before anything else happens, then starts again. Raises CallError NOT_FOUND."""
        async with self._switching:
            self._need(profile)
            if profile == self._grants.profile:
                return
            self._grants.use(profile)
            for app in self._roster:
                if app.session is not None:
                    app.session.link.close()
                self._questions.drop(app.id)
            self._audit(BOOK, "in use", profile=profile)
            self.show()
            clearing = [self._notices.clear(app.id) for app in self._roster]
            # At once: one that ends by itself because its link is gone would not come back.
            await asyncio.gather(*clearing, *(app.restart() for app in self._roster))
            self._roster.changed()

    def _need(self, profile: str) -> None:
        if profile not in self._grants.names:
            raise CallError("NOT_FOUND", f"there is no profile '{profile}'; there are {', '.join(self._grants.names)}")

    def _free(self, name: str, but: str | None = None) -> str:
        """A name as it is kept, that nobody else has."""
        try:
            name = cleaned(name)
        except ValueError as error:
            raise CallError("INVALID_ARGUMENT", str(error)) from None
        if any(other.casefold() == name.casefold() for one, other in self._grants.names.items() if one != but):
            raise CallError("INVALID_ARGUMENT", f"somebody is called '{name}' already")
        return name
