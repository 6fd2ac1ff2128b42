"""Covers and photos: JPEG files of a foreign encoder (Pillow 13), in every way that is common, and damaged ones."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.app.images import MAX_PIXELS
from carservices.app.jpeg import JpegError, decode
from tests.unit.app.nodes import PATIENT

FILES = Path(__file__).with_name("jpeg")
"""The picture that `colour` describes: baseline, with half the colours and restarts, progressive, grey, and × 20."""


def colour(x, y):
    return 5 * x, 7 * y, 200 - 2 * x - y


def grey(x, y):
    red, green, blue = colour(x, y)
    return (round(0.299 * red + 0.587 * green + 0.114 * blue),) * 3


@pytest.mark.parametrize(
    ("name", "size", "wanted"),
    [
        ("colour", (48, 32), colour),
        ("halved", (48, 32), colour),
        ("progressive", (48, 32), colour),
        ("grey", (48, 32), grey),
        ("large", (240, 160), lambda x, y: colour(x / 5, y / 5)),
    ],
)
def test_the_colours_are_those_that_were_written(name, size, wanted):
    width, height, pixels = decode((FILES / f"{name}.jpg").read_bytes(), MAX_PIXELS)
    assert (width, height, len(pixels)) == (*size, size[0] * size[1] * 4)
    assert set(pixels[3::4]) == {255}
    scale = width / 48
    for y in range(0, height, 3):
        for x in range(0, width, 3):
            at = 4 * (y * width + x)
            there = min(x, 46 * scale), min(y, 30 * scale)
            assert pixels[at : at + 3] == pytest.approx(wanted(*there), abs=14), (x, y)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a", "not a JPEG file"),
        (b"\xff\xd8\xff\xd9", "without a picture"),
        ((FILES / "cmyk.jpg").read_bytes(), "in grey or colour"),
        ((FILES / "colour.jpg").read_bytes().replace(b"\xff\xc0", b"\xff\xc9"), "only baseline and progressive"),
        ((FILES / "colour.jpg").read_bytes().replace(b"\x00\x20\x00\x30\x03", b"\xff\xff\xff\xff\x03"), "at most"),
    ],
)
def test_what_is_not_decoded_is_said(data, said):
    with pytest.raises(JpegError, match=said):
        decode(data, MAX_PIXELS)


@given(st.sampled_from(["halved", "progressive"]), st.data())
@PATIENT
def test_no_damage_does_more_than_spoil_the_picture(name, data):
    damaged = bytearray((FILES / f"{name}.jpg").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(2, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(len(damaged) // 2, len(damaged))) :]
    try:
        width, height, pixels = decode(bytes(damaged), 100_000)
    except JpegError:
        return
    assert len(pixels) == width * height * 4
