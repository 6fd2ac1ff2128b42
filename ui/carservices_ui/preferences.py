"""What the person chose for this display and no signal carries: theme rule, language, size; kept over a restart."""

from typing import Literal

from pydantic import BaseModel, ValidationError

from carservices.api.state import StateFile

_FILE = StateFile("shell", "preferences.json")


class Preferences(BaseModel):
    """`theme`: follow the light outside, or stay. `scale` multiplies the size that fits the display."""

    theme: Literal["auto", "day", "night"] = "auto"
    language: Literal["en", "de", "fr"] = "en"
    scale: float = 1.0
    screen: str = "home"
    """The screen shown last; a restarted shell goes back to it."""
    developer: bool = False

    @classmethod
    def load(cls) -> "Preferences":
        """As kept, or the defaults when there are none or they cannot be read."""
        text = _FILE.read()
        try:
            return cls.model_validate_json(text) if text else cls()
        except ValidationError:
            return cls()

    def save(self) -> None:
        """Keep them."""
        _FILE.write(self.model_dump_json())
