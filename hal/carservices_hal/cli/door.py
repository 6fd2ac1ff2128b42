"""`carservices door`: open doors for foreign clients on the running car, and issue tokens for them."""

import argparse
from pathlib import Path
from typing import Any

from carservices.cli.common import Failed, Usage, add_run_dir, count, parser, positive
from carservices.system.run_dir import running_pid
from carservices.system.state import NotRunning

NAMES = ("kuksa", "viss")


def main(arguments: list[str]) -> int:
    """``open`` serves until Ctrl-C, ``token`` prints one."""
    options = parser("door", "Doors for programs of other platforms: KUKSA and Velocitas (gRPC), VISSv2.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="VERB")
    opens = verbs.add_parser("open", help="open doors until Ctrl-C")
    add_door_options(opens)
    opens.add_argument("doors", nargs="*", metavar="DOOR", help=f"{' or '.join(NAMES)} (default: both)")
    add_run_dir(opens)
    token = verbs.add_parser("token", help="issue a token for a client")
    token.add_argument("key", type=Path, metavar="KEY", help="PEM file of the private key (RSA or P-256)")
    token.add_argument(
        "scopes",
        nargs="+",
        metavar="SCOPE",
        help="read:PATH, actuate:PATH, provide:PATH or permission:NAME",
    )
    token.add_argument("--subject", default="client", help="whom it is for, as logs say it (default: %(default)s)")
    token.add_argument("--hours", type=positive, default=24.0, help="how long it is good (default: %(default)g)")
    chosen = options.parse_args(arguments)
    return _open(chosen) if chosen.verb == "open" else _token(chosen)


def add_door_options(target: argparse.ArgumentParser) -> None:
    """Where doors open and for whom."""
    target.add_argument("--host", help="0.0.0.0 lets others connect (default: 127.0.0.1)")
    target.add_argument("--kuksa-port", type=count, metavar="PORT", help="of gRPC (default: 55555)")
    target.add_argument("--viss-port", type=count, metavar="PORT", help="of WebSocket and HTTP (default: 8090)")
    target.add_argument("--token-key", type=Path, metavar="PEM", help="public key under which tokens are checked")
    target.add_argument("--open", action="store_true", help="everybody may do what any app of the car could")
    target.add_argument("--certificate", type=Path, metavar="PEM", help="for TLS")
    target.add_argument("--private-key", type=Path, metavar="PEM", help="of the certificate")


def _open(chosen: argparse.Namespace) -> int:
    from carservices_hal.doors.main import run_doors

    if unknown := [door for door in chosen.doors if door not in NAMES]:
        raise Usage(f"there is no door '{unknown[0]}': take {' or '.join(NAMES)}")
    if running_pid(chosen.run_dir) is None:
        raise NotRunning(f"no car runs in {chosen.run_dir}: start one with `carservices emulator`")
    names = ("host", "kuksa_port", "viss_port", "token_key", "open", "certificate", "private_key")
    given: dict[str, Any] = {
        name: getattr(chosen, name) for name in names if getattr(chosen, name) not in (None, False)
    }
    run_doors(chosen.run_dir, {**given, "doors": chosen.doors or NAMES}, opened=_show)
    return 0


def _show(addresses: dict[str, str]) -> None:
    for name, address in addresses.items():
        print(f"{name} at {address}", flush=True)


def _token(chosen: argparse.Namespace) -> int:
    from carservices_hal.doors.access import issue
    from carservices_hal.doors.errors import DoorError

    try:
        print(issue(chosen.key.read_text("utf-8"), chosen.scopes, chosen.hours * 3600, chosen.subject))
    except (OSError, UnicodeDecodeError, DoorError) as error:
        raise Failed(f"no token could be made: {error}") from None
    return 0
