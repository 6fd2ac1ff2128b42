"""Which rules are in use: the car's own or the packaged ones, and new ones that wait until the car is parked."""

import logging
from pathlib import Path

from carservices.api.state import StateFile
from carservices.services.driving.rules import PACKAGED, Rules, RulesError

log = logging.getLogger(__name__)


class RuleBook:
    """The rules in use, and those for the next stop, both kept over a restart.

    Own rules that cannot be read restrict everything rather than falling back to looser packaged ones.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._own = StateFile("driving", "restrictions.toml", directory)
        self._next = StateFile("driving", "restrictions.next.toml", directory)
        self._waiting: str | None = None
        self.rules = self._in_use()
        if (text := self._next.read()) is not None:
            try:
                self.stage(text)
            except RulesError as error:
                log.warning("%s is dropped: %s", self._next.path, error)
                self._next.remove()

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
        if self._waiting is not None:
            self.rules = Rules.parse(self._waiting)
            self._own.write(self._waiting)
            self._next.remove()
            self._waiting = None

    def _in_use(self) -> Rules:
        text = self._own.read()
        try:
            if text is not None:
                return Rules.parse(text)
            if self._own.exists():
                raise RulesError("it cannot be read")
        except RulesError as error:
            return Rules.fully_restricted(f"{self._own.path}: {error}")
        return Rules.parse(PACKAGED.read_text(encoding="utf-8"))
