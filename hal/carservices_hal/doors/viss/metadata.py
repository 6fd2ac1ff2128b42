"""Metadata as VISSv2 tells it: a cut-out of the VSS tree, and what is known of a signal only now."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from carservices.signals import SignalConfig, Status, Value
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.tree import Tree
from carservices_hal.doors.viss.texts import dp


def static(tree: Tree, paths: Iterable[str]) -> dict[str, Any]:
    """The leaves and the branches above them, nested by name as in the JSON of VSS."""
    top: dict[str, Any] = {}
    for path in paths:
        names = path.split(".")
        level = top
        for depth, name in enumerate(names[:-1], 1):
            branch = level.setdefault(
                name, {"type": "branch", "description": tree.branch(".".join(names[:depth])) or "", "children": {}}
            )
            level = branch["children"]
        level[names[-1]] = leaf(tree, path)
    return top


def leaf(tree: Tree, path: str) -> dict[str, Any]:
    """One signal, with the words of VSS."""
    config, signal = tree.configs[path], tree.described(path)
    facts = {
        "type": str(tree.kind(path)),
        "datatype": str(config.datatype),
        "description": signal.description if signal else "",
        "unit": config.unit,
        "min": config.min,
        "max": config.max,
        "allowed": list(config.allowed) or None,
        "deprecation": signal.deprecation if signal else None,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def dynamic(tree: Tree, fact: str, values: Iterable[Value]) -> list[dict[str, Any]]:
    """How often a signal can be had (Hz) or whether it can be now, told like a value. Raises DoorError."""
    if fact not in FACTS:
        raise DoorError("INVALID_ARGUMENT", f"'dynamic-metadata' takes one of {', '.join((CAPABILITIES, *FACTS))}")
    told = ((value, FACTS[fact](tree.configs[value.path], value.status)) for value in values)
    return [{"path": value.path, "dp": dp(text, value.timestamp)} for value, text in told if text]


CAPABILITIES = "server_capabilities"
"""The fact that is the server's own."""
FACTS: Mapping[str, Callable[[SignalConfig, Status], str]] = {
    "samplerate": lambda config, _status: f"{config.max_rate:g}" if config.max_rate else "",
    "availability": lambda _config, status: status.name.lower(),
}
"""Of signals; empty where there is none."""
