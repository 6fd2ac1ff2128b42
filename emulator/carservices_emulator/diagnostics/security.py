"""Security access (service 0x27): a seed, its key, few attempts and a wait."""

from carservices_emulator.diagnostics.nrc import Nrc, Refusal
from carservices_emulator.diagnostics.unit import ATTEMPTS, DELAY, Unit

SEED, KEY = 1, 2
"""Sub-functions of the only level."""
MASK, TURN = 0x5A3C96E1, 5
WORD = 0xFFFF_FFFF


def key(seed: int, request: int) -> int:
    """The key to a seed of the unit with this request id: our emulated car's; makers keep theirs secret."""
    mixed = seed ^ MASK
    return ((mixed << TURN | mixed >> 32 - TURN) + request) & WORD


def security_access(unit: Unit, data: bytes) -> bytes:
    """Give a seed, or take its key."""
    if data[0] == SEED:
        if unit.clock() < unit.locked_until:
            raise Refusal(Nrc.DELAY_NOT_EXPIRED)
        return data + (0 if unit.unlocked else unit.draw_seed()).to_bytes(4)
    if not unit.seed:
        raise Refusal(Nrc.SEQUENCE_ERROR)
    wanted, unit.seed = key(unit.seed, unit.address.request), 0
    if int.from_bytes(data[1:]) != wanted:
        unit.attempts += 1
        if unit.attempts < ATTEMPTS:
            raise Refusal(Nrc.INVALID_KEY)
        unit.attempts = 0
        unit.locked_until = unit.clock() + DELAY
        raise Refusal(Nrc.EXCEEDED_ATTEMPTS)
    unit.unlocked, unit.attempts = True, 0
    return data[:1]
