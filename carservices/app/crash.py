"""A failure of an app as a card: a sentence for the person, and the app's own lines for the developer."""

import traceback
from pathlib import Path

from carservices.app.errors import PermissionMissing
from carservices.app.templates import Action, Icon, MessageTemplate
from carservices.app.words import word

MAX_DETAIL = 2000
"""Bytes; the last ones are the ones that matter."""


def app_lines(error: BaseException, bundle: Path) -> str:
    """The traceback without the lines of the SDK and of libraries; all of it when the app has no part in it."""
    everything = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in everything if Path(frame.filename).is_relative_to(bundle)]
    for frame in inside:
        frame.filename = str(Path(frame.filename).relative_to(bundle))
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(bundle):
        error.filename = str(Path(error.filename).relative_to(bundle))
    shown = inside or ([] if isinstance(error, SyntaxError) else everything)  # a SyntaxError says where it is
    lines = traceback.format_list(shown)
    return "".join([*lines, *traceback.format_exception_only(error)]).rstrip()


def card(error: BaseException, name: str, language: str, bundle: Path, retry: Action) -> MessageTemplate:
    """What is shown in place of the screen that failed."""
    if isinstance(error, PermissionMissing):
        sentence = word(language, "denied", permission=error.permission)
    else:
        sentence = word(language, "failed")
    detail = app_lines(error, bundle).encode("utf-8", "replace")[-MAX_DETAIL:].decode("utf-8", "ignore")
    return MessageTemplate(name, sentence, icon=Icon("error"), buttons=[retry], detail=detail)
