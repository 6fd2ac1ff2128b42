"""A template as text, for terminals and tests: what the screen says, in the order in which it says it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from carservices.app import templates as t

INDENT = "  "
CAR_ACTIONS = {"back": "‹", "app_icon": "◆", "pan": "✥"}


def as_text(template: t.Node) -> str:
    """Lines: the header with its actions in brackets, then the content, then the buttons (``*`` is the primary one)."""
    return "\n".join(line.rstrip() for line in _lines(template))


def _lines(node: Any) -> Iterator[str]:
    yield from _header(node)
    if getattr(node, "loading", False):
        yield f"{INDENT}…"
    body = list(CONTENT.get(type(node), _listed)(node))
    yield from (INDENT + line for line in body)
    empty: str = getattr(node, "empty", "")
    if empty and not body:
        yield f"{INDENT}({empty})"
    yield from _buttons("", getattr(node, "buttons", ()))
    yield from _buttons("map: ", getattr(node, "map_actions", ()))


def _header(node: Any) -> Iterator[str]:
    start: t.Action | None = getattr(node, "start", None)
    actions: Sequence[t.Action] = getattr(node, "actions", ())
    words = [_action(start)] if start else []
    words += [str(title)] if (title := getattr(node, "title", None)) else []
    words += map(_action, actions)
    if words:
        yield " ".join(words)


def _action(action: t.Action) -> str:
    words = CAR_ACTIONS.get(action.kind) or action.title or _picture(action.icon)
    marks = "*" * action.primary + " (when parked)" * action.parked_only + " (off)" * (not action.enabled)
    return f"[{words}{marks}]"


def _buttons(before: str, actions: Sequence[t.Action]) -> Iterator[str]:
    if actions:
        yield INDENT + before + " ".join(map(_action, actions))


def _picture(picture: t.Picture | None) -> str:
    if isinstance(picture, t.Icon):
        return picture.name
    return "" if picture is None else f"{picture.width}×{picture.height}"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


# -- content ---------------------------------------------------------------------------------------------------------


def _row(row: t.Row) -> str:
    switch = "" if row.toggle is None else "[x]" if row.toggle.checked else "[ ]"
    distance = "" if row.distance_m is None else f"{row.distance_m:g} m"
    text = _joined(f"{row.title}: {row.text}" if row.text else row.title, row.text2, distance)
    ends = [switch, f"({row.badge})" if row.badge else "", *map(_action, row.actions), ">" if row.browsable else ""]
    return " ".join(word for word in (text, *ends) if word)


def _tile(item: t.GridItem) -> str:
    text = f"{item.title}: {item.text}" if item.text else item.title
    return f"{text} ({item.badge})" if item.badge else text


def _items(node: Any) -> Iterator[str]:
    yield from map(_row, getattr(node, "rows", ()))
    yield from map(_tile, getattr(node, "items", ()))


def _listed(node: Any) -> Iterator[str]:
    yield from _items(node)
    for section in getattr(node, "sections", ()):
        yield f"— {section.title} —"
        yield from _items(section)


def _message(node: t.MessageTemplate | t.LongMessageTemplate) -> Iterator[str]:
    yield from node.message.splitlines()
    yield from (f"| {line}" for line in getattr(node, "detail", "").splitlines())


def _search(node: t.SearchTemplate) -> Iterator[str]:
    yield f"search: {node.text or node.hint}"
    yield from _items(node)


def _sign_in(node: t.SignInTemplate) -> Iterator[str]:
    yield from filter(None, (node.instructions, _method(node.method), node.extra))


def _method(method: Any) -> str:
    if isinstance(method, t.InputSignIn):
        typed = "•" * len(method.text) if method.password else method.text
        return _joined(f"type: {typed or method.hint}", method.error)
    if isinstance(method, t.QrSignIn):
        return f"scan: {method.url}"
    return f"PIN: {method.pin}" if isinstance(method, t.PinSignIn) else _action(method.action)


def _tabs(node: t.TabTemplate) -> Iterator[str]:
    yield " ".join(f"<{tab.title}>" if tab.id == node.active else tab.title for tab in node.tabs)
    yield from _lines(node.content)


def _over_map(node: t.MapWithContentTemplate) -> Iterator[str]:
    yield "(map)"
    yield from _lines(node.content)


def _navigation(node: t.NavigationTemplate) -> Iterator[str]:
    info = node.info
    if isinstance(info, t.MessageInfo):
        yield _joined(info.title, info.text)
    elif info is not None and info.step is not None:
        yield _joined(f"in {info.distance_m:g} m: {info.step.cue}", info.step.road)
    if node.estimate is not None:
        yield f"{node.estimate.distance_m / 1000:.1f} km, {node.estimate.seconds / 60:.0f} min left"
    if node.alert is not None:
        yield _joined(f"! {node.alert.title}", node.alert.text, *map(_action, node.alert.actions))


def _player(_node: t.MediaPlaybackTemplate) -> Iterable[str]:
    return ["(player)"]


CONTENT: dict[type[t.Node], Callable[[Any], Iterable[str]]] = {
    t.MessageTemplate: _message,
    t.LongMessageTemplate: _message,
    t.SearchTemplate: _search,
    t.SignInTemplate: _sign_in,
    t.TabTemplate: _tabs,
    t.MapWithContentTemplate: _over_map,
    t.NavigationTemplate: _navigation,
    t.MediaPlaybackTemplate: _player,
}
"""Template → its content; all others have rows, tiles or sections of them."""
