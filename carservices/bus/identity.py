"""Who is who on the core bus: a token per process, proven at connect, and what each name may do.

The run directory holds one random secret. A process gets only the token of its own name (HMAC-SHA256 of the name
under the secret), so it cannot pass for another; developer tools that can read the secret can be anything.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from carservices.bus.files import replace_file

SECRET_FILE = "secret"
GRANTS_FILE = "grants.json"
KEPT_DIR = "kept"
"""What a process leaves in the run directory for the one that comes after it, in the same car."""
TOKEN_VARIABLE = "CARSERVICES_TOKEN"
RUN_DIR_VARIABLE = "CARSERVICES_RUN_DIR"
TOOL = "tool"
"""The name of developer tools: everything is granted to who can read the secret."""


@dataclass(frozen=True, slots=True)
class Grants:
    """What one name may do: globs of signals to read, actuate and provide, services to call, ``hal.NAME.VERB`` to
    control. A HAL provides whatever it offers.
    """

    read: tuple[str, ...] = ()
    actuate: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    provide: tuple[str, ...] = ()


EVERYTHING = Grants(read=("**",), actuate=("**",), call=("*",), control=("**",))


def create_secret(run_dir: Path) -> str:
    """Write a fresh secret that only this user can read."""
    path = run_dir / SECRET_FILE
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    secret = secrets.token_hex(32)
    path.write_text(secret)
    return secret


def read_secret(run_dir: Path) -> str:
    return (run_dir / SECRET_FILE).read_text().strip()


def token_for(secret: str, name: str) -> str:
    """The token by which a process proves its name; 64 hexadecimal digits (PLAIN allows 255 bytes)."""
    return hmac.new(secret.encode(), name.encode(), "sha256").hexdigest()


def token_is_good(secret: str, name: str, token: str) -> bool:
    return hmac.compare_digest(token_for(secret, name).encode(), token.encode())


def write_grants(run_dir: Path, grants: Mapping[str, Grants]) -> None:
    """Say what each name may do; the hub reads it when a name first connects."""
    text = json.dumps({name: asdict(grant) for name, grant in grants.items()}, indent=1)
    replace_file(run_dir / GRANTS_FILE, text, lasting=False)


def read_grants(run_dir: Path) -> dict[str, Grants]:
    """What each name may do. A name that is not listed may do nothing, tools may do everything."""
    try:
        raw = json.loads((run_dir / GRANTS_FILE).read_text())
    except FileNotFoundError:
        raw = {}
    grants = {name: Grants(**{field.name: tuple(g[field.name]) for field in fields(Grants)}) for name, g in raw.items()}
    return {**grants, TOOL: EVERYTHING}
