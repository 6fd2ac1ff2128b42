"""Images of apps: whatever is not exactly the pixels announced is refused before it costs anything."""

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carservices.apphost import images as module
from carservices.apphost.images import BadImage, Images, inflate


async def send(images, name, width, height, data, step=1000):
    whole = False
    for offset in range(0, len(data), step):
        whole = await images.take(name, width, height, len(data), offset, data[offset : offset + step])
    return whole


def content(file):
    return Path(file.path).read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(width=st.integers(1, 12), height=st.integers(1, 12), step=st.integers(1, 80))
async def test_what_was_sent_in_chunks_is_the_file(tmp_path, width, height, step):
    pixels = os.urandom(width * height * 4)
    images = Images(tmp_path)
    assert await send(images, "a", width, height, zlib.compress(pixels), step)
    (file,) = images.files({"a", "unknown"}).values()
    assert (content(file), file.width, file.height) == (pixels, width, height)


@pytest.mark.parametrize(
    ("width", "height", "data", "problem"),
    [
        (2, 2, zlib.compress(bytes(15)), "are not 16 bytes"),
        (2, 2, zlib.compress(bytes(17)), "are not 16 bytes"),
        (2, 2, zlib.compress(bytes(16))[:-4], "are not 16 bytes"),
        (2, 2, zlib.compress(bytes(16)) + b"more", "are not 16 bytes"),
        (2, 2, b"no zlib at all", "incorrect header"),
        (0, 2, b"x", "pixels"),
        (5000, 1, b"x", "pixels"),
        (4000, 4000, b"x", "at most"),
    ],
)
async def test_what_is_not_exactly_its_pixels_is_refused(tmp_path, width, height, data, problem):
    with pytest.raises(BadImage, match=problem):
        await send(Images(tmp_path), "a", width, height, data)
    assert not list(tmp_path.iterdir())


def test_a_bomb_is_not_inflated_beyond_what_it_announced():
    with pytest.raises(BadImage, match="are not 16 bytes"):
        inflate(zlib.compress(bytes(20 << 20)), 16)


@pytest.mark.parametrize("offset", [1, 5, 100])
async def test_a_chunk_out_of_order_ends_the_image(tmp_path, offset):
    images = Images(tmp_path)
    await images.take("a", 2, 2, 20, 0, b"1234")
    with pytest.raises(BadImage, match="does not follow"):
        await images.take("a", 2, 2, 20, offset, b"5678")
    with pytest.raises(BadImage, match="does not follow"):
        await images.take("a", 2, 2, 20, 4, b"5678")


async def test_more_than_announced_many_at_once_and_too_many_pixels_a_second_are_refused(tmp_path):
    images = Images(tmp_path)
    with pytest.raises(BadImage, match="more than the 3 bytes"):
        await images.take("a", 2, 2, 3, 0, b"1234")
    for number in range(module.MAX_COMING):
        await images.take(f"coming{number}", 1, 1, 20, 0, b"1")
    with pytest.raises(BadImage, match="have not arrived"):
        await images.take("one more", 1, 1, 20, 0, b"1")
    for _ in range(4):
        await images.take("coming0", 1400, 1400, 20, 0, b"1")
    with pytest.raises(BadImage, match="too many pixels"):
        await images.take("coming0", 1400, 1400, 20, 0, b"1")


async def test_the_least_recently_shown_gives_way_and_nothing_is_left_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_KEPT", 2)
    folder = tmp_path / "images"
    images = Images(folder)
    for name, shade in (("a", 1), ("b", 2)):
        await send(images, name, 1, 1, zlib.compress(bytes([shade] * 4)))
    images.files({"a"})
    await send(images, "c", 1, 1, zlib.compress(bytes([3] * 4)))
    assert set(images.files({"a", "b", "c"})) == {"a", "c"}
    assert len(list(folder.iterdir())) == 2
    images.clear()
    assert not folder.exists()
