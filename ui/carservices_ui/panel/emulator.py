"""The panel's idea of the emulator: its status asked each second, commands to it, and what they came to."""

from collections.abc import Callable
from functools import partial
from typing import Any

from carservices_ui import refusal
from carservices_ui.i18n import language, t
from carservices_ui.panel.backend import PanelBackend, Survey
from carservices_ui.store import OnOutcome, Outcome, Store

WORLD_VERBS = frozenset({"scenario", "seek", "speed", "pause", "record", "replay", "status"})
"""Verbs every emulator has beside those it lists under ``choices.commands``."""


class Emulator:
    """Knows the last `Survey`; `on_change` is called in the user interface's thread whenever it may differ."""

    def __init__(self, store: Store, backend: PanelBackend, tell: Callable[[str, bool], None]) -> None:
        self._store, self._backend, self._tell = store, backend, tell
        self.last = Survey()
        self.surveyed = False
        self.on_change: list[Callable[[], None]] = []
        self._asking = False
        self._ask_again = False
        self._flying: set[str] = set()
        self._waiting: dict[str, dict[str, Any]] = {}

    @property
    def here(self) -> bool:
        """Whether there is an emulator to command now."""
        return self._store.linked and self.last.emulator is not None

    @property
    def status(self) -> dict[str, Any]:
        """The emulator's own status as it was last told; empty without an emulator."""
        return self.last.status if self.here else {}

    @property
    def absence(self) -> str:
        """Why there is no emulator, for a person; empty when there is one."""
        if not self._store.linked:
            return t("panel.no_hub")
        if not self.surveyed:
            return t("panel.looking")
        if self.last.emulator is None:
            others = ", ".join(self.last.hals) or t("panel.none")
            return t("panel.no_emulator", hals=others)
        return ""

    @property
    def story(self) -> tuple[str, str]:
        """Name and description of the scenario, in the language in use if it has them."""
        told = self.status | self.status.get("texts", {}).get(language(), {})
        return str(told.get("name", told.get("scenario", ""))), str(told.get("description", ""))

    def choices(self, what: str) -> list[str]:
        """What the emulator offers: profiles, scenarios, trips, faults, commands."""
        return list(self.status.get("choices", {}).get(what, ()))

    def takes(self, verb: str) -> bool:
        """Whether the emulator knows this verb."""
        return self.here and (verb in WORLD_VERBS or verb in self.choices("commands"))

    def survey(self, *_: Any) -> None:
        """Ask what there is; while an answer is on its way, once more after it."""
        if self._asking:
            self._ask_again = True
            return
        self._asking = True
        self._backend.survey(lambda outcome: self._store.post(lambda: self._surveyed(outcome)))

    def do(self, verb: str, on_outcome: OnOutcome | None = None, /, **arguments: Any) -> None:
        """One command; how it ended is told and followed by a fresh status."""

        def ended(outcome: Outcome) -> None:
            self.report(brief(verb, arguments), outcome)
            if on_outcome:
                on_outcome(outcome)

        self._send(verb, arguments, ended)

    def keep(self, verb: str, **arguments: Any) -> None:
        """A command that follows the hand: one at a time on its way, of those that wait only the latest counts."""
        if verb in self._flying:
            self._waiting[verb] = self._waiting.get(verb, {}) | arguments
            return

        def ended(outcome: Outcome) -> None:
            self._flying.discard(verb)
            if not outcome.ok:
                self._waiting.pop(verb, None)
                self.report(verb, outcome)
            elif verb in self._waiting:
                self.keep(verb, **self._waiting.pop(verb))

        self._flying.add(verb)
        self._send(verb, arguments, ended)

    @property
    def following(self) -> bool:
        """Whether the car follows the navigation by this panel's hand."""
        return self.here and self._backend.following

    def follow(self, on: bool) -> None:
        """Let the car drive where the navigation leads, or no longer."""
        ended = partial(self.report, t("panel.follow_navigation"))
        self._ask(lambda hal, answered: self._backend.follow(hal, on, answered), ended)

    def miss_turn(self) -> None:
        """Let the car take another way at the next turn."""
        self._ask(self._backend.miss_turn, partial(self.report, t("panel.miss_turn")))

    def report(self, what: str, outcome: Outcome) -> None:
        """Tell how something ended, and look at the emulator again."""
        self._tell(what if outcome.ok else f"{what}: {refusal.full(outcome, self._store)}", outcome.ok)
        self.survey()

    def _send(self, verb: str, arguments: dict[str, Any], ended: OnOutcome) -> None:
        self._ask(lambda hal, answered: self._backend.control(hal, verb, arguments, answered), ended)

    def _ask(self, ask: Callable[[str, OnOutcome], None], ended: OnOutcome) -> None:
        """Ask something of the emulator there is."""
        if self.last.emulator is None:
            ended(Outcome(False, reason=self.absence))
            return
        ask(self.last.emulator, lambda outcome: self._store.post(lambda: ended(outcome)))

    def _surveyed(self, outcome: Outcome) -> None:
        self._asking = False
        if outcome.ok:
            self.last = outcome.result
            self.surveyed = True
        for callback in tuple(self.on_change):
            callback()
        if self._ask_again:
            self._ask_again = False
            self.survey()


def brief(verb: str, arguments: dict[str, Any]) -> str:
    """A command as a person reads it: ``door trunk, open``."""
    return f"{verb} {', '.join(_part(verb, name, value) for name, value in arguments.items())}".strip()


def _part(verb: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    words = f"{value:g}" if isinstance(value, float) else str(value)
    return words if name in ("name", verb) else f"{name} {words}"
