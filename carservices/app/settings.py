"""The person's choices for what app.toml declares under ``[settings]``: kept, and shown as screens of the app."""

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from carservices.app.errors import BundleError
from carservices.app.storage import Storage
from carservices.app.templates import Action, ListTemplate, PaneTemplate, Row, SearchTemplate, Template, Toggle

STEPS: Final = 20
"""A number is changed in this many steps from its minimum to its maximum."""

View = Callable[[], Template]


class Settings(Mapping[str, Any]):
    """``self.settings["low_kpa"]``; each setting has at least its default. Raises KeyError with the cure."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(f"no setting '{name}': declare [settings.{name}] in app.toml") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class InForce(Protocol):
    """What a view of settings reads."""

    @property
    def language(self) -> str: ...
    @property
    def settings(self) -> Settings: ...


class Choices:
    """What is declared, and what the person has changed; ``on_change`` is called after each change."""

    def __init__(self, bundle: Path, file: Path, on_change: Callable[[], None]) -> None:
        self._saved = Storage(file)
        self._on_change = on_change
        self.declared = _declared(bundle)

    def over(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """The values in force."""
        own = {name: setting["default"] for name, setting in self.declared.items()}
        return {**own, **defaults, **{name: value for name, value in self._saved.items() if name in own}}

    def change(self, name: str, value: Any) -> None:
        """Keep the person's choice. Raises StorageError."""
        self._saved[name] = value
        self._on_change()


class SettingsViews:
    """The views of the settings: a list, and a screen for each that is no switch."""

    def __init__(
        self, choices: Choices, context: InForce, push: Callable[[View], None], pop: Callable[[], object]
    ) -> None:
        self._choices = choices
        self._context = context
        self._push = push
        self._pop = pop

    def all(self, title: str) -> Template:
        return ListTemplate(title, [self._row(name, setting) for name, setting in self._choices.declared.items()])

    def _row(self, name: str, setting: Mapping[str, Any]) -> Row:
        title, value = self._title(name), self._context.settings[name]
        if setting["type"] == "switch":
            return Row(title, toggle=Toggle(bool(value), lambda on: self._choices.change(name, on)))
        view = {"choice": self._choice, "number": self._number, "text": self._text}[setting["type"]]
        text = f"{value:g}" if setting["type"] == "number" else str(value)
        return Row(title, text, on_click=lambda: self._push(lambda: view(name)), browsable=True)

    def _title(self, name: str) -> str:
        title: str | Mapping[str, str] = self._choices.declared[name]["title"]
        return title if isinstance(title, str) else title.get(self._context.language) or title["en"]

    def _choose(self, name: str, value: Any) -> None:
        self._choices.change(name, value)
        self._pop()

    def _choice(self, name: str) -> Template:
        chosen = self._context.settings[name]
        return ListTemplate(
            self._title(name),
            [
                Row(each, badge="✓" if each == chosen else "", on_click=partial(self._choose, name, each))
                for each in self._choices.declared[name]["choices"]
            ],
        )

    def _number(self, name: str) -> Template:
        setting, value = self._choices.declared[name], self._context.settings[name]
        low, high = setting.get("minimum", -math.inf), setting.get("maximum", math.inf)
        step = (high - low) / STEPS if math.isfinite(high - low) else 1

        def by(amount: float) -> Action:
            new = min(max(value + amount, low), high)
            sign = "+" if amount > 0 else "−"
            return Action(f"{sign} {step:g}", lambda: self._choices.change(name, new), enabled=new != value)

        title = self._title(name)
        return PaneTemplate(title, [Row(title, f"{value:g}")], [by(-step), by(step)])

    def _text(self, name: str) -> Template:
        text = str(self._context.settings[name])
        return SearchTemplate(on_submit=partial(self._choose, name), hint=self._title(name), text=text)


def _declared(bundle: Path) -> dict[str, Any]:
    file = bundle / "app.toml"
    if not file.is_file():
        return {}
    try:
        table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")).get("settings", {})
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"app.toml: {error}") from None
    return table
