"""Who uses the car: a profile per person, and the one that counts now."""

import unicodedata

from pydantic import BaseModel

LONGEST_NAME = 24
MOST_PROFILES = 12
"""More than a family, fewer than a list that nobody reads."""


class Profile(BaseModel, frozen=True):
    """One person. ``name`` is empty for the first one as long as nobody has given a name."""

    id: str
    name: str


class Profiles(BaseModel, frozen=True):
    """All of them in the order they came, and the id of the one whose grants count now."""

    active: str
    profiles: tuple[Profile, ...]

    @property
    def current(self) -> Profile:
        """The person in use."""
        return next(one for one in self.profiles if one.id == self.active)


def cleaned(name: str) -> str:
    """As it is kept: composed, without space around it. ValueError unless 1 to 24 printable characters are left."""
    tidy = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(tidy) <= LONGEST_NAME or not tidy.isprintable():
        raise ValueError(f"a name has 1 to {LONGEST_NAME} printable characters: {name[: 2 * LONGEST_NAME]!r} has not")
    return tidy
