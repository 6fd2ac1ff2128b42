"""Options that take several texts: a list, or one text with commas, as the command line gives it."""

from typing import Annotated

from pydantic import BeforeValidator


def _listed(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
