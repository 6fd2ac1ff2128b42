"""Asking the supervisor of a running car: one JSON line each way over a socket in the run directory."""

import contextlib
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carservices.system.run_dir import SUPERVISOR_SOCKET
from carservices.system.state import NotRunning

if TYPE_CHECKING:
    import asyncio

PATIENCE_SECONDS = 5.0


class Refused(Exception):
    """The supervisor does not do that; the message says why."""


async def serve(run_dir: Path, answer: Callable[[dict[str, Any]], Any]) -> "asyncio.Server":
    """The supervisor's side; ``answer`` raises ValueError for what it does not do."""

    import asyncio  # costs 30 ms, for which no tool that asks has to wait

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await asyncio.wait_for(reader.readline(), PATIENCE_SECONDS))
            if not isinstance(request, dict):
                raise ValueError("a request is a JSON object")
            reply = {"result": answer(request)}
        except (ValueError, TypeError, RecursionError) as error:
            reply = {"error": str(error)}
        except TimeoutError:
            reply = {"error": "no request came"}
        except OSError:  # whoever asked is gone
            writer.close()
            return
        writer.write(json.dumps(reply).encode() + b"\n")
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()

    return await asyncio.start_unix_server(talk, run_dir / SUPERVISOR_SOCKET)


def ask(run_dir: Path, verb: str, **arguments: Any) -> Any:
    """The tool's side. Raises `NotRunning` or `Refused`."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE_SECONDS)
            line.connect(str(run_dir / SUPERVISOR_SOCKET))
            line.sendall(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
            reply = json.loads(line.makefile().readline())
    except (FileNotFoundError, ConnectionRefusedError):
        raise NotRunning(f"no car runs in {run_dir}: start one with `carservices emulator`") from None
    except (OSError, ValueError) as error:
        raise Refused(f"the supervisor in {run_dir} does not answer ({error}): see `carservices log`") from None
    if "error" in reply:
        raise Refused(reply["error"])
    return reply["result"]
