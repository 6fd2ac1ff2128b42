"""Packages of an extra: imported where they are needed, missed with a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from carservices.hal.registry import BrokenHal


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around an import of an optional package. Raises BrokenHal saying what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise BrokenHal(f"this needs the package '{error.name}': pip install 'carservices[{name}]'") from None
