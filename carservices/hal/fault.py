"""An error that a HAL's own code raised, in one line: what it says, and the place in the HAL."""

import traceback
from types import FrameType

from pydantic import ValidationError


def told(error: BaseException, package: str) -> str:
    """Kind, words and place of an error; ``package`` is the one the HAL is in."""
    words = _model(error) if isinstance(error, ValidationError) else str(error).partition("\n")[0]
    return f"{type(error).__name__}: {words}{place(error, package)}"


def place(error: BaseException, package: str) -> str:
    """`` (FILE:LINE)`` of the innermost frame of ``package`` the error came through; nothing where there is none."""
    ours = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if _is_of(frame, package)]
    return f" ({ours[-1][0].f_code.co_filename}:{ours[-1][1]})" if ours else ""


def place_of(frame: FrameType | None, package: str) -> str:
    """As `place`, of code that runs."""
    ours = [(inner, line) for inner, line in traceback.walk_stack(frame) if _is_of(inner, package)]
    return f" ({ours[0][0].f_code.co_filename}:{ours[0][1]})" if ours else ""


def _is_of(frame: FrameType, package: str) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name.partition(".")[0] == package


def _model(error: ValidationError) -> str:
    faults = [".".join([error.title, *map(str, fault["loc"])]) + f": {fault['msg']}" for fault in error.errors()]
    return "; ".join(faults)
