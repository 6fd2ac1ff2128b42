"""Packages of an extra: imported where they are needed, missed with a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from carservices.hal import HalError


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around an import of an optional package. Raises HalError saying what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise HalError(f"this needs the package '{error.name}': pip install 'carservices[{name}]'") from None
