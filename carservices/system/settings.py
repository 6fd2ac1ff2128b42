"""What a person chose for this machine and no signal carries: one TOML file with a known set of keys."""

import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from os import environ
from pathlib import Path
from shutil import copyfile
from typing import Any

from carservices.bus.files import replace_file


class SettingsError(ValueError):
    """A key or a value that settings do not have; the message names what there is."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys, their types and their defaults."""

    developer: bool = True
    """Show the emulator's panel, and let folders be installed as apps."""
    profile: str = ""
    """The emulated car; empty is the emulator's own default."""
    width: int = 1280
    height: int = 720
    """Of the cockpit's window, in pixels, within `PIXELS`."""
    sandbox_minimum: str = "weak"
    """Apps start only where they are shut in at least so well: one of `CHOICES`."""


PIXELS = range(100, 7681)
"""What a window may measure: up to 8K."""


CHOICES = {"sandbox_minimum": ("weak", "strong", "full")}
"""Texts that only may be one of these, the strictest last."""
SAFE = Settings(sandbox_minimum=CHOICES["sandbox_minimum"][-1])
"""What counts when nobody knows what was chosen."""
COUNTS = "what is not understood has its default, and sandbox_minimum is {} until it is chosen again"


def settings_file() -> Path:
    """Below XDG_CONFIG_HOME."""
    base = environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "carservices" / "settings.toml"


def load(path: Path | None = None) -> tuple[Settings, str | None]:
    """The settings, and a sentence if the file was broken.

    A broken file, or one of a newer version, is kept beside as ``settings.toml.broken``, and what is understood of it
    takes its place. When that is nothing of the sandbox, apps need the strictest until a person chooses again.
    """
    path = path or settings_file()
    try:
        return _read(path.read_bytes()), None
    except FileNotFoundError:
        return Settings(), None
    except OSError as error:
        return SAFE, f"{path} cannot be read ({error.strerror}): {COUNTS.format(SAFE.sandbox_minimum)}"
    except (ValueError, RecursionError) as error:  # of TOML, of UTF-8 or of a key
        kept = _understood(path)
        aside = path.with_name(f"{path.name}.broken")
        try:
            copyfile(path, aside)
            save(kept, path)
        except OSError:
            aside = path
        return kept, f"{path} is broken ({error}): {COUNTS.format(kept.sandbox_minimum)}; it is kept as {aside}"


def save(settings: Settings, path: Path | None = None) -> None:
    """Replace the file as a whole. Raises OSError."""
    path = path or settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, "".join(f"{key} = {_toml(value)}\n" for key, value in asdict(settings).items()))


def known(settings: Settings, key: str) -> Any:
    """The value of a key. Raises `SettingsError` when there is no such key."""
    values = asdict(settings)
    if key not in values:
        raise SettingsError(f"no setting '{key}'; there are {', '.join(values)}")
    return values[key]


def change(settings: Settings, key: str, text: str) -> Settings:
    """The settings with one key set from a text. Raises `SettingsError`."""
    wanted = type(known(settings, key))
    value: Any = text
    if wanted is not str:
        try:
            ((_, value),) = tomllib.loads(f"value = {text}").items()
        except (ValueError, RecursionError):  # no TOML, or more than one value
            raise SettingsError(_wrong(key, text, wanted)) from None
    return replace(settings, **_checked({key: value}))


def _read(data: bytes) -> Settings:
    return Settings(**_checked(tomllib.loads(data.decode())))


def _understood(path: Path) -> Settings:
    """What a broken file says all the same."""
    kept = SAFE
    with suppress(OSError, ValueError, RecursionError):
        for key, value in tomllib.loads(path.read_text("utf-8")).items():
            with suppress(SettingsError):
                kept = replace(kept, **_checked({key: value}))
    return kept


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    for key, value in values.items():
        wanted = type(known(Settings(), key))
        if type(value) is not wanted or (wanted is int and value not in PIXELS):
            raise SettingsError(_wrong(key, value, wanted))
        if key in CHOICES and value not in CHOICES[key]:
            raise SettingsError(f"setting '{key}' is {value!r}, it must be one of {', '.join(CHOICES[key])}")
    return values


def _wrong(key: str, value: object, wanted: type) -> str:
    number = f"a whole number from {PIXELS.start} to {PIXELS.stop - 1}"
    words = {bool: "true or false", int: number, str: "a text in quotes"}
    return f"setting '{key}' is {value!r}, it must be {words[wanted]}"


def _toml(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
