"""What the files of one car say together: its databases and its mapping."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from carservices.hal import HalError
from carservices_hal.can import mapping as mappings
from carservices_hal.can.dbc import Dbc, DbcError, Lint, Message
from carservices_hal.can.imports import load as load_database
from carservices_hal.can.mapping import CarMapping


def databases(names: Sequence[str]) -> list[Dbc]:
    """The databases in these files. Raises HalError."""
    try:
        bases = [load_database(shipped(name, "dbc")) for name in names]
    except DbcError as error:
        raise HalError(str(error)) from None
    before: dict[int, tuple[Message, Dbc]] = {}
    for base in bases:
        for key, message in base.messages.items():
            if key in before:
                other, file = before[key]
                cause = f"{message.name}: the id of {other.name} in {file.file}; that one is left out"
                base.lints.append(Lint(message.line, cause))
            before[key] = message, base
    return bases


def merged(bases: Sequence[Dbc]) -> dict[int, Message]:
    """All messages by key; of two with one id the later file's."""
    return {key: message for base in bases for key, message in base.messages.items()}


class Car:
    """What database and mapping say together. Raises HalError with every fault of the files."""

    def __init__(self, dbc: Sequence[str], mapping: str) -> None:
        bases = databases(dbc)
        self.messages = merged(bases)
        self.mapping: CarMapping = mappings.load(shipped(mapping), bases)
        self.configs = self.mapping.configs
        self.lints = sum(len(base.lints) for base in bases)


def shipped(name: str, kind: str = "yaml") -> Path:
    """A file of ours by its name, or the user's own by its path."""
    ours = Path(str(files("carservices_hal.cars").joinpath(f"{name}.{kind}")))
    return ours if name.replace("-", "").isalnum() and ours.is_file() else Path(name)
