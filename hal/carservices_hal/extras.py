"""Packages of the extra ``can``: imported where they are needed, missed with a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from carservices.hal import HalError


@contextmanager
def extra_can() -> Iterator[None]:
    """Around an import of an optional package. Raises HalError saying what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise HalError(f"CAN needs the package '{error.name}': pip install 'carservices[can]'") from None
