"""`carservices obd`: an ELM327 adapter by TCP and as a pseudo-terminal, backed by the running car."""

import contextlib
import signal
from typing import TYPE_CHECKING

from carservices.cli.common import Failed, add_run_dir, count, parser, with_car

if TYPE_CHECKING:
    from carservices.bus import Car

PORT = 35000
"""Where WiFi adapters listen, and apps look."""


def main(arguments: list[str]) -> int:
    """Serve until Ctrl-C."""
    options = parser(
        "obd", "An ELM327 adapter for phone apps and scan tools. It only reads, unless told to let through more."
    )
    options.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets others connect (default: %(default)s)")
    options.add_argument("--port", type=count, default=PORT, help="TCP port (default: %(default)s)")
    options.add_argument(
        "--pty", action="store_true", help="a pseudo-terminal too, for programs that want a serial port"
    )
    options.add_argument(
        "--write", action="store_true", help="let through what changes the car: clearing, resets, routines"
    )
    options.add_argument("--hal", metavar="HAL", help="whose control units (default: the first that has some)")
    add_run_dir(options)
    chosen = options.parse_args(arguments)

    async def serve(car: "Car") -> int:
        import asyncio  # costs 30 ms, for which no help has to wait

        from carservices_hal.obd.gateway import Gateway

        gateway = Gateway(car, chosen.hal or await _hal(car), may_write=chosen.write)
        await gateway.start()
        stop = asyncio.Event()
        for one in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(one, stop.set)
        async with contextlib.AsyncExitStack() as stack:
            try:
                server = await stack.enter_async_context(await gateway.serve_tcp(chosen.host, chosen.port))
            except OSError as error:
                raise Failed(
                    f"port {chosen.port} of {chosen.host} cannot be used ({error.strerror}): take another"
                ) from None
            host, port = server.sockets[0].getsockname()[:2]
            print(f"ELM327 at socket://{host}:{port}", flush=True)
            if chosen.pty:
                print(f"ELM327 at {await stack.enter_async_context(gateway.serve_pty())}", flush=True)
            await stop.wait()
        return 0

    return with_car(chosen.run_dir, serve)


async def _hal(car: "Car") -> str:
    """The first HAL that reaches control units."""
    from carservices.bus import CallError

    for hal in await car.call("hub", "hals"):
        with contextlib.suppress(CallError):  # this one has none
            if await car.control(hal["name"], "ecus"):
                return str(hal["name"])
    raise Failed("no HAL of this car reaches control units")
