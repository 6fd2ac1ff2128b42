"""The gRPC server of the door: its services, TLS and limits."""

import contextlib
from collections.abc import AsyncIterator

import grpc
from kuksa.val.v1 import val_pb2_grpc as v1_grpc
from kuksa.val.v2 import val_pb2_grpc as v2_grpc

from carservices.hal import HalError
from carservices_hal.doors.access import Gatekeeper
from carservices_hal.doors.sdv.service import add_sdv
from carservices_hal.doors.tls import Tls
from carservices_hal.doors.v1 import V1
from carservices_hal.doors.v2 import V2
from carservices_hal.doors.vehicle import Vehicle

MAX_MESSAGE = 1024 * 1024
"""Bytes in one message of a client; 1000 paths of 1000 characters."""
MAX_CALLS = 500
"""Calls and streams at once; more are refused with RESOURCE_EXHAUSTED."""
PING_MS = 5000
"""How often a client may ask whether the door is still there; libgrpc's 5 minutes notice a cut cable too late."""
GRACE = 0.5
"""Seconds that calls have to end when the door closes."""


@contextlib.asynccontextmanager
async def open_grpc(
    vehicle: Vehicle, gatekeeper: Gatekeeper, host: str, port: int, tls: Tls | None
) -> AsyncIterator[int]:
    """Serve; yields the port. Raises HalError."""
    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.so_reuseport", 0),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", PING_MS),
    ]
    server = grpc.aio.server(maximum_concurrent_rpcs=MAX_CALLS, options=options)
    v2_grpc.add_VALServicer_to_server(V2(vehicle, gatekeeper), server)
    v1_grpc.add_VALServicer_to_server(V1(vehicle, gatekeeper), server)
    add_sdv(server, vehicle, gatekeeper)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        if tls is None:
            taken = server.add_insecure_port(address)
        else:
            taken = server.add_secure_port(address, grpc.ssl_server_credentials([tls.pair()]))
    except RuntimeError:
        raise HalError(f"the KUKSA door cannot open at {address}: take another port or address") from None
    await server.start()
    try:
        yield taken
    finally:
        await server.stop(GRACE)
