"""The sentences of the rules, by language, from the data files beside."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from carservices.api.notifications import Message, Notification, Parameter
from carservices.services.notifications.conditions import Signals
from carservices.services.notifications.rule import Rule

FOLDER = Path(__file__).with_name("languages")


@dataclass(frozen=True, slots=True)
class Texts:
    """Messages by rule key and words by name, each by language."""

    messages: dict[str, dict[str, Message]]
    words: dict[str, dict[str, str]]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Read one ``LANGUAGE.toml`` a language."""
        messages: dict[str, dict[str, Message]] = {}
        words: dict[str, dict[str, str]] = {}
        for path in sorted(folder.glob("*.toml")):
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            for key, message in document["messages"].items():
                messages.setdefault(key, {})[path.stem] = Message.model_validate(message)
            for name, word in document["words"].items():
                words.setdefault(name, {})[path.stem] = word
        return cls(messages, words)

    def notification(self, rule: Rule, signals: Signals, since: float) -> Notification:
        """A raised rule as it is shown; values not known are left out as a dash."""
        parameters: dict[str, Parameter] = {name: show.quantity(signals) or "–" for name, show in rule.show.items()}
        if rule.place:
            parameters["place"] = self.words[rule.place]
        return Notification(
            id=rule.id,
            key=rule.key,
            topic=rule.topic,
            priority=rule.priority,
            texts=self.messages[rule.key],
            parameters=parameters,
            since=since,
        )
