"""What each person chose: theme rule, language, size and units; kept over a restart."""

from collections.abc import Collection
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from carservices.api.state import StateFile

_FILE = StateFile("shell", "preferences.json")
_SCREEN = StateFile("shell", "screen.txt")
"""Of its own: it changes with nearly each touch, and no loss of power makes it worth a wait for the disk."""


class Look(BaseModel):
    """`theme`: follow the light outside, or stay.

    `scale` multiplies the size that fits the display; beyond 1 it makes the words larger, and nothing else.
    """

    theme: Literal["auto", "day", "night"] = "auto"
    language: Literal["en", "de", "fr"] = "en"
    scale: float = 1.0
    units: dict[str, str] = {}
    """HMI signal → what the person has it say; nothing of those that the car has never said to them."""


class Preferences(Look):
    """The look of the person who drives, that of `others`, and what belongs to nobody."""

    person: str = ""
    """The profile whose look it is; empty until the app host has said who drives."""
    others: dict[str, Look] = {}
    screen: str = Field(default="home", exclude=True)
    """The screen shown last; a restarted shell goes back to it."""
    developer: bool = False
    kept: bool = Field(default=True, exclude=True)
    """Changes are written; not those that a picture of somebody's cockpit makes."""

    @classmethod
    def load(cls) -> "Preferences":
        """As kept, or the defaults when there are none or they cannot be read."""
        text = _FILE.read()
        try:
            kept = cls.model_validate_json(text) if text else cls()
        except ValidationError:
            kept = cls()
        kept.screen = _SCREEN.read() or kept.screen
        return kept

    def follow(self, person: str, known: Collection[str]) -> None:
        """Another person drives: take their look, or go on with this one; forget those who are not known any more."""
        before = self.model_copy(deep=True)
        if person != self.person:
            if self.person:
                self.others[self.person] = Look.model_validate(self.model_dump(include=set(Look.model_fields)))
            theirs = self.others.get(person, self)
            self.theme, self.language, self.scale = theirs.theme, theirs.language, theirs.scale
            self.units = dict(theirs.units)
            self.person = person
        self.others = {one: look for one, look in self.others.items() if one in known and one != person}
        if self != before:
            self.save()

    def show(self, screen: str) -> None:
        """Keep which one is shown."""
        self.screen = screen
        if self.kept:
            _SCREEN.write(screen, lasting=False)

    def save(self) -> None:
        """Keep them."""
        if self.kept:
            _FILE.write(self.model_dump_json())
