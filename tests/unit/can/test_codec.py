"""Decoders and encoders: known frames, and that one is the opposite of the other for any layout."""

import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carservices_hal.can.checksums import CHECKSUMS, Protection
from carservices_hal.can.codec import ShortFrame, decoder, raw_decoder
from carservices_hal.can.dbc import DbcSignal, Message, parse
from carservices_hal.can.encode import EncodeError, encode, put

MUX = parse("""BO_ 16 M: 8 A
 SG_ PAGE M : 0|4@1+ (1,0) [0|15] "" X
 SG_ SUB m1M : 4|4@1+ (1,0) [0|15] "" X
 SG_ PLAIN m0 : 8|8@1+ (1,0) [0|255] "" X
 SG_ DEEP m3 : 8|8@1- (1,0) [0|255] "" X
SG_MUL_VAL_ 16 SUB PAGE 1-1;
SG_MUL_VAL_ 16 DEEP SUB 3-5;
""").messages[16]


def message(*signals, length=8):
    return Message(16, False, "M", length, "A", 1, {signal.name: signal for signal in signals})


def field(start=0, length=8, little_endian=True, signed=False, factor=1, offset=0, name="S", **more):
    return DbcSignal(name, start, length, little_endian, signed, factor, offset, 0, 0, "", 1, **more)


@st.composite
def fields(draw):
    """A signal that fits into a frame, and the frame's bytes."""
    bytes_ = draw(st.sampled_from([1, 3, 8, 12, 24, 64]))
    length = draw(st.integers(1, min(64, 8 * bytes_)))
    first = draw(st.integers(0, 8 * bytes_ - length))
    little = draw(st.booleans())
    start = first if little else (first & ~7) + 7 - first % 8
    return field(start, length, little, draw(st.booleans())), bytes_


def by_bits(signal, frame):
    """The slow way: bit after bit, in the order the DBC counts them."""
    position, bits = signal.start, []
    for _ in range(signal.length):
        bits.append(frame[position // 8] >> position % 8 & 1)
        if signal.little_endian:
            position += 1
        else:
            position = position - 1 if position % 8 else position + 15
    if signal.little_endian:
        bits.reverse()
    number = int("".join(map(str, bits)), 2)
    return number - (1 << signal.length) if signal.signed and bits[0] else number


@given(fields(), st.data())
def test_shifts_see_what_walking_the_bits_sees(made, data):
    signal, size = made
    frame = data.draw(st.binary(min_size=size, max_size=size))
    assert decoder(message(signal, length=size), ["S"])(frame) == (by_bits(signal, frame),)


@given(fields(), st.data())
def test_decode_is_the_opposite_of_encode_and_touches_no_other_bit(made, data):
    signal, size = made
    frame = data.draw(st.binary(min_size=size, max_size=size))
    low = -(1 << signal.length - 1) if signal.signed else 0
    value = data.draw(st.integers(low, low + (1 << signal.length) - 1))
    assume(abs(value) < 2**53)
    whole = message(signal, length=size)
    written = encode(whole, {"S": value}, frame)
    assert decoder(whole, ["S"])(written) == (value,)
    assert put(whole, written, {"S": 0}) == put(whole, frame, {"S": 0})


@given(st.sampled_from([0.01, 0.5, -0.25, 3]), st.integers(-1000, 1000), st.integers(0, 65535))
def test_a_value_comes_back_to_half_a_step(factor, offset, raw):
    whole = message(field(5, 16, factor=factor, offset=offset))
    value = raw * factor + offset + factor / 3
    assume(0 <= round((value - offset) / factor) <= 65535)
    (back,) = decoder(whole, ["S"])(encode(whole, {"S": value}))
    assert abs(back - value) <= abs(factor) * 0.5 + 1e-9


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.booleans())
def test_floats(value, little):
    whole = message(field(8 if little else 15, 32, little, is_float=True))
    frame = encode(whole, {"S": value})
    assert decoder(whole, ["S"])(frame) == (value,)
    assert frame[1:5] == struct.pack("<f" if little else ">f", value)


@pytest.mark.parametrize(
    ("frame", "plain", "deep"),
    [
        ("0007", 7, None),
        ("01ff", None, None),
        ("31ff", None, -1),
        ("5105", None, 5),
        ("6105", None, None),
        ("30ff", 255, None),
    ],
)
def test_multiplexed_signals_are_there_only_when_selected(frame, plain, deep):
    assert decoder(MUX, ["PLAIN", "DEEP"])(bytes.fromhex(frame)) == (plain, deep)


def test_encoding_a_multiplexed_signal_selects_it():
    assert encode(MUX, {"DEEP": -2}) == bytes.fromhex("31fe000000000000")
    with pytest.raises(EncodeError, match=r"M.DEEP is not in a frame whose SUB is 9"):
        encode(MUX, {"DEEP": 1, "SUB": 9})


def test_frames_of_another_length():
    decode = decoder(message(field(0, 16), field(23, 8, False, name="B")), ["S", "B"])
    assert decode(bytes([1, 2, 3])) == decode(bytes([1, 2, 3, 0, 0, 0, 0, 0, 9, 9])) == (0x201, 3)
    with pytest.raises(ShortFrame, match="M: 2 bytes, its signals need 3"):
        decode(b"\x01\x02")


@pytest.mark.parametrize(("signed", "value"), [(False, -1), (False, 256), (True, 128), (True, -129)])
def test_values_that_do_not_fit(signed, value):
    with pytest.raises(EncodeError, match="S cannot carry"):
        encode(message(field(signed=signed)), {"S": value})


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    # the CRCs of "123456789" are the check values of AUTOSAR, SWS CRC library, 7.2
    [
        ("crc8_j1850", 0x4B),
        ("crc8_h2f", 0xDF),
        ("sum8", 477),
        ("xor8", 0x31),
        ("sum4", 72),
        ("xor4", 2),
        ("sum8_id", 495),
    ],
)
def test_checksums(algorithm, expected):
    assert CHECKSUMS[algorithm](0x210, b"123456789") == expected


@given(st.sampled_from(sorted(CHECKSUMS)), st.binary(min_size=8, max_size=8), st.integers(0, 100), st.integers(0, 63))
def test_a_sealed_frame_opens_and_a_changed_one_does_not(algorithm, frame, count, bit):
    narrow = 4 if algorithm.endswith("4") else 8
    whole = message(field(56, narrow, name="SUM"), field(48, 4, name="COUNT"))
    guard = Protection("COUNT", "SUM", algorithm)
    sealed = guard.seal(whole, frame, count)
    opens = guard.opener(whole)
    assert raw_decoder(whole, ["COUNT"])(sealed) == (count % 16,)
    assert opens(sealed)
    assume(bit < 56 + narrow)
    broken = bytearray(sealed)
    broken[bit // 8] ^= 1 << bit % 8
    assert not opens(broken)
