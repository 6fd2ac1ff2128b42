"""Which hosts a manifest opens: the one rule for the network of apps, in the app as in the host."""

import ipaddress
from collections.abc import Iterable
from typing import Final

PORTS: Final = {"http": 80, "https": 443}
"""Scheme → its own port."""


def is_listed(hosts: Iterable[str], host: str, port: int) -> bool:
    """Whether ``hosts`` of a manifest has it: ``name``, ``*.name`` for all below it, each with or without ``:port``."""
    for entry in hosts:
        name, colon, number = entry.rpartition(":")
        if not (colon and number.isdigit()):
            name, number = entry, ""
        right_port = port == int(number) if number else port in PORTS.values()
        if right_port and (host == name or (name.startswith("*.") and host.endswith(name[1:]))):
            return True
    return False


def is_private(host: str) -> bool:
    """Whether this is an address of this machine or its network; a name says nothing about where it leads."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return host == "localhost"
