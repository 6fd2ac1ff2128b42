"""Metadata as VISSv2 tells it: a cut-out of the VSS tree, and what is known of a signal only now."""

from collections.abc import Iterable
from typing import Any

from carservices.signals import Status, Value
from carservices_hal.doors.tree import Tree


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


def dynamic(tree: Tree, values: Iterable[Value]) -> dict[str, Any]:
    """By path: how often it can be had (Hz), whether it can, and whether what it says can be trusted."""
    return {
        value.path: {
            "samplerate": tree.configs[value.path].max_rate or None,
            "availability": "available" if value.status is Status.AVAILABLE else "not_available",
            "validate": "fail" if value.status is Status.ERROR else "pass",
        }
        for value in values
    }
