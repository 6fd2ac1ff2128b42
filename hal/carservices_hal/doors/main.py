"""The process of the doors: one connection to the car, as a client and as the HAL of foreign providers."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carservices.bus import Car
from carservices.bus.process import run_process
from carservices.hal.registry import BadOptions
from carservices_hal.doors.access import EVERYTHING, READER, Gatekeeper
from carservices_hal.doors.tls import Tls
from carservices_hal.doors.vehicle import Vehicle
from carservices_hal.extras import extra
from carservices_hal.listed import Listed

log = logging.getLogger(__name__)

NAME = "hal.door"
"""The door's name on the bus: providers' signals are those of a HAL. Its grants are in the process table."""
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


class DoorOptions(BaseModel):
    """What the configuration may say.

    Without ``token_key`` (a PEM file with a public RSA or P-256 key) a door opens on the loopback only, and clients
    read what every app may; with ``open`` whoever reaches it may do what any app of the car could. ``hold`` is how many
    seconds a value lasts that came neither by a stream nor with a claim, ``history`` what the VISS door remembers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    doors: tuple[Literal["kuksa", "viss"], ...] = ("kuksa",)
    host: str = "127.0.0.1"
    kuksa_port: int = Field(55555, ge=0, le=65535)
    viss_port: int = Field(8090, ge=0, le=65535)
    token_key: Path | None = None
    open: bool = False
    certificate: Path | None = None
    private_key: Path | None = None
    hold: float | None = Field(None, gt=0)
    history: Listed = ()

    def tls(self) -> Tls | None:
        """Raises BadOptions when half of it is missing."""
        if self.certificate is None and self.private_key is None:
            return None
        if self.certificate is None or self.private_key is None:
            raise BadOptions("TLS needs a certificate and its private key: give both")
        return Tls(self.certificate, self.private_key)

    def gatekeeper(self) -> Gatekeeper:
        """Raises BadOptions for what would let everybody in by mistake."""
        if self.token_key is not None and self.open:
            raise BadOptions("a door with a key for tokens is not open to everybody: leave one of them out")
        if self.token_key is None and not self.open and self.host not in LOOPBACK:
            raise BadOptions(f"on {self.host} others can connect: give a key for tokens, or say that it is open to all")
        return Gatekeeper.from_file(self.token_key, EVERYTHING if self.open else READER)


@contextlib.asynccontextmanager
async def open_doors(car: Car, options: DoorOptions) -> AsyncIterator[dict[str, str]]:
    """Open the chosen doors; yields the address of each by its name. Raises HalError."""
    gatekeeper, tls = options.gatekeeper(), options.tls()
    vehicle = Vehicle(car, options.hold)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(vehicle.close)
        addresses: dict[str, str] = {}
        if "kuksa" in options.doors:
            with extra("kuksa"):
                from carservices_hal.doors.grpc_door import open_grpc
            serving = open_grpc(vehicle, gatekeeper, options.host, options.kuksa_port, tls)
            addresses["kuksa"] = (
                f"{'grpcs' if tls else 'grpc'}://{options.host}:{await stack.enter_async_context(serving)}"
            )
        if "viss" in options.doors:
            with extra("kuksa"):
                from carservices_hal.doors.viss.server import open_viss
            listening = open_viss(vehicle, gatekeeper, options.host, options.viss_port, tls, options.history)
            addresses["viss"] = (
                f"{'wss' if tls else 'ws'}://{options.host}:{await stack.enter_async_context(listening)}"
            )
        yield addresses


def run_doors(
    run_dir: Path,
    options: dict[str, Any],
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
    opened: Callable[[dict[str, str]], None] = lambda _addresses: None,
) -> None:
    """Serve until SIGTERM; ``options`` are those of `DoorOptions`. Raises HalError."""
    chosen = read_options(options)

    async def serve() -> None:
        async with await Car.connect(run_dir, name=NAME) as car, open_doors(car, chosen) as addresses:
            log.info("open: %s", ", ".join(addresses.values()))
            opened(addresses)
            ready()
            await asyncio.Event().wait()

    run_process(serve, beat)


def read_options(options: dict[str, Any]) -> DoorOptions:
    """Raises `BadOptions` naming the option and what is wrong with it."""
    try:
        return DoorOptions.model_validate(options)
    except ValidationError as error:
        wrong = "; ".join(f"{_place(one['loc'])}: {one['msg']}" for one in error.errors())
        raise BadOptions(f"{wrong}; the options of a door are {', '.join(DoorOptions.model_fields)}") from None


def _place(location: Sequence[int | str]) -> str:
    return ".".join(map(str, location)) or "options"
