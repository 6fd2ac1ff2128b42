"""`carservices can check`: what is odd in databases, and what is wrong in a mapping, each with its line."""

import argparse
from typing import Any

from carservices.cli.common import show_json
from carservices_hal.can import mapping as mappings
from carservices_hal.can.car import databases, shipped
from carservices_hal.can.dbc import Dbc


def check(chosen: argparse.Namespace) -> int:
    """Print it, and in words what the files hold. Raises MappingError with every fault of the mapping."""
    bases = databases(chosen.dbc)
    mapping = mappings.load(shipped(chosen.mapping, "yaml"), bases) if chosen.mapping else None
    if chosen.json:
        show_json({"databases": [_facts(base) for base in bases], "mapped": list(mapping.configs) if mapping else []})
        return 0
    for facts in map(_facts, bases):
        for odd in facts["odd"]:
            print(f"{facts['file']}:{odd['line']}: {odd['text']}")
        print(
            f"{facts['file']}: {facts['messages']} messages, {facts['signals']} signals, {len(facts['odd'])} oddities"
        )
    if mapping:
        print(f"{chosen.mapping}: {len(mapping.readings)} signals read, {len(mapping.commands)} commanded")
    return 0


def _facts(base: Dbc) -> dict[str, Any]:
    return {
        "file": base.file,
        "messages": len(base.messages),
        "signals": sum(len(message.signals) for message in base.messages.values()),
        "odd": [{"line": lint.line, "text": lint.text} for lint in base.lints],
    }
