"""Evaluates the rules when a signal they look at changes."""

from collections.abc import Iterable

from carservices.services.notifications.conditions import Signals, Truth
from carservices.services.notifications.rule import Rule
from carservices.signals import Value


class Monitor:
    """Knows which rules are raised."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.signals = Signals()
        self._by_path: dict[str, list[Rule]] = {}
        self._raised: dict[str, Truth] = {}
        self._armed: set[str] = set()
        for rule in rules:
            for path in rule.paths:
                self._by_path.setdefault(path, []).append(rule)

    @property
    def paths(self) -> list[str]:
        """The signals to watch."""
        return sorted(self._by_path)

    def take(self, value: Value) -> list[tuple[Rule, bool]]:
        """Remember a reading; returns the rules that it raises or keeps up (True) or that have ended (False)."""
        self.signals.take(value)
        outcome: list[tuple[Rule, bool]] = []
        for rule in self._by_path.get(value.path, ()):
            before = self._raised.get(rule.id)
            now = self._judge(rule, before is True)
            if now is None:
                now = before
            self._raised[rule.id] = now
            if now:
                outcome.append((rule, True))
            elif now is False and before is not False:
                outcome.append((rule, False))
        return outcome

    def _judge(self, rule: Rule, raised: bool) -> Truth:
        if rule.after is None:
            return rule.when.holds(self.signals, raised)
        if raised:
            return rule.until is None or not rule.until.holds(self.signals, raised)
        before = rule.after.holds(self.signals, raised)
        if before:
            self._armed.add(rule.id)
        elif before is False and rule.id in self._armed:
            self._armed.discard(rule.id)
            return rule.when.holds(self.signals, raised) is True
        return False
