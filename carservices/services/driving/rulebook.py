"""Which rules are in use: the car's own or the packaged ones, and new ones that wait until the car is parked."""

from pathlib import Path

from carservices.api.state import StateFile
from carservices.services.driving.rules import PACKAGED, Rules, RulesError


class RuleBook:
    """The rules in use, and those for the next stop, both kept over a restart.

    Own rules that cannot be read restrict everything rather than falling back to looser packaged ones.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._own = StateFile("driving", "restrictions.toml", directory)
        self._next = StateFile("driving", "restrictions.next.toml", directory)
        self._waiting = self._next.read()
        own = self._own.read()
        text, place = (PACKAGED.read_text(encoding="utf-8"), PACKAGED) if own is None else (own, self._own.path)
        try:
            self.rules = Rules.parse(text)
        except RulesError as error:
            self.rules = Rules.fully_restricted(f"{place}: {error}")

    @property
    def waiting(self) -> bool:
        """Whether new rules wait for the car to be parked."""
        return self._waiting is not None

    def stage(self, text: str) -> None:
        """Keep new rules for when the car is parked. Raises RulesError and keeps nothing when they are malformed."""
        Rules.parse(text)
        self._waiting = text
        self._next.write(text)

    def adopt(self) -> None:
        """Use the waiting rules now; the caller knows that the car is parked."""
        if self._waiting is None:
            return
        text, self._waiting = self._waiting, None
        try:
            self.rules = Rules.parse(text)
        except RulesError as error:
            self.rules = Rules.fully_restricted(f"{self._next.path}: {error}")
        self._own.write(text)
        self._next.remove()
