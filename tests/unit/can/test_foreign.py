"""Every database in opendbc's wheel: our bits are those of opendbc's parser and, where it can read one, of cantools."""

import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from carservices_hal.can.codec import decoder
from carservices_hal.can.dbc import EXTENDED, parse
from carservices_hal.can.dbc import load as load_once

opendbc = pytest.importorskip("opendbc", reason="opendbc is not installed (dependency group foreign)")

FILES = sorted(Path(opendbc.DBC_PATH).rglob("*.dbc"))
PLAIN = [file for file in FILES if file.parent == Path(opendbc.DBC_PATH)]


load = cache(load_once)


def key(address):
    return address | EXTENDED if address > 0x7FF else address


def fitting(message):
    return [name for name, signal in message.signals.items() if signal.bytes_needed <= message.length]


def test_all_files_load():
    assert len(FILES) >= 115
    messages = [message for file in FILES for message in load(file).messages.values()]
    assert len(messages) > 4500


def test_bits_of_opendbc():
    """opendbc knows no multiplexing: it decodes every signal of every frame, so here we do, too."""
    from opendbc.can.dbc import DBC
    from opendbc.can.parser import get_raw_value

    rng = random.Random(1)
    compared, left_out = 0, []
    sources = {file.stem: load(file) for file in PLAIN}
    sources |= {name: parse(text) for name, text in opendbc.get_generated_dbcs().items()}
    for name, ours in sources.items():
        for address, theirs in DBC(name).msgs.items():
            message = ours.messages.get(key(address))
            if message is None or message.name != theirs.name:
                left_out.append(address)  # an id of over 29 bits, or the place of signals without a message
                continue
            names = fitting(message)
            signals = {name: signal for name, signal in message.signals.items() if name in names}
            signals |= {name: replace(one, selector=None) for name, one in signals.items() if one.selector is not None}
            frame = rng.randbytes(theirs.size)
            values = []
            for signal in names:
                sig = theirs.sigs[signal]
                raw = get_raw_value(frame, sig)
                raw -= (raw >> (sig.size - 1) & 1) * (1 << sig.size) if sig.is_signed else 0
                values.append(raw * sig.factor + sig.offset)
            assert [float(value) for value in decoder(replace(message, signals=signals), names)(frame)] == values
            compared += len(names)
    assert compared > 43_000
    assert {address >> 30 for address in left_out} == {1, 3}


@pytest.mark.parametrize("part", range(4))
def test_values_of_cantools(part):
    cantools = pytest.importorskip("cantools", reason="cantools is not installed (dependency group foreign)")
    rng = random.Random(part)
    compared = 0
    for file in PLAIN[part::4]:
        try:
            theirs = cantools.database.load_file(file, strict=False, encoding="utf-8")
        except Exception:  # cantools refuses one in five, with errors of many kinds
            continue
        ours = load(file)
        for other in theirs.messages:
            message = ours.messages[key(other.frame_id)]
            frame = rng.randbytes(other.length)
            try:
                expected = other.decode(frame, decode_choices=False)
            except Exception:  # there a selector of no known value is an error
                continue
            names = [name for name in fitting(message) if name in expected]
            assert list(decoder(message, names)(frame)) == [expected[name] for name in names]
            compared += len(names)
    assert compared > 2_000
