"""Pictures: decoded in the app, sent once, and never larger than a screen."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from carservices.app import App, BundleError, GridItem, GridTemplate, ImageError
from carservices.app.images import MAX_PIXELS, Images
from carservices.app.png import PngError, decode
from carservices.app.wire import IMAGE_CHUNK, Kind
from tests.unit.app.nodes import PATIENT

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, colour, raw, extra=b"", depth=8, interlace=0):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def filtered(rows, filters, step):
    """The rows as a PNG encoder writes them: each less what its filter predicts (PNG 9.2)."""
    raw, above = b"", bytes(len(rows[0]))
    for row, kind in zip(rows, filters, strict=True):
        left = bytes(step) + row[:-step] if len(row) > step else bytes(len(row))
        corner = bytes(step) + above[:-step] if len(row) > step else bytes(len(row))
        guesses = [
            (0, a, b, (a + b) // 2, min((a, b, c), key=lambda v, p=a + b - c: abs(p - v)))[kind]
            for a, b, c in zip(left, above, corner, strict=True)
        ]
        raw += bytes([kind]) + bytes((value - guess) % 256 for value, guess in zip(row, guesses, strict=True))
        above = row
    return raw


@given(st.sampled_from([0, 2, 4, 6]), st.integers(1, 4), st.integers(1, 4), st.data())
@PATIENT
def test_every_filter_and_colour_type_is_decoded(colour, width, height, data):
    step = CHANNELS[colour]
    rows = [data.draw(st.binary(min_size=width * step, max_size=width * step)) for _ in range(height)]
    filters = [data.draw(st.integers(0, 4)) for _ in range(height)]
    size_and_pixels = decode(png(width, height, colour, filtered(rows, filters, step)), 100)
    flat = b"".join(rows)
    pixels = [flat[i : i + step] for i in range(0, len(flat), step)]
    expand = {0: lambda p: p * 3 + b"\xff", 2: lambda p: p + b"\xff", 4: lambda p: p[:1] * 3 + p[1:], 6: lambda p: p}
    assert size_and_pixels == (width, height, b"".join(map(expand[colour], pixels)))


def test_a_palette_with_transparency():
    extra = chunk(b"PLTE", bytes((255, 0, 0, 0, 255, 0))) + chunk(b"tRNS", b"\x80")
    assert decode(png(2, 1, 3, b"\0\0\1", extra), 9) == (2, 1, bytes((255, 0, 0, 128, 0, 255, 0, 255)))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a", "not a PNG file"),
        (png(2, 2, 6, b"")[:30], "damaged"),
        (png(2, 2, 6, b"\0" * 9), "rows are missing"),
        (png(1, 1, 6, b"\7\0\0\0\0"), "filter 7"),
        (png(1, 1, 0, b"\0\0", depth=16), "8 bits a channel"),
        (png(1, 1, 0, b"\0\0", interlace=1), "without interlacing"),
        (png(1, 1, 5, b"\0\0"), "damaged"),
        (png(1, 1, 3, b"\0\1", chunk(b"PLTE", b"\0\0\0")), "damaged"),
        (png(60_000, 60_000, 6, b"\0" * 10), "at most 100 pixels"),
        (png(4, 4, 6, b"\0" * 50_000_000), None),
    ],
)
def test_what_cannot_be_decoded_is_said_and_bombs_do_not_unfold(data, said):
    if said is None:
        assert decode(data, 100)[:2] == (4, 4)
    else:
        with pytest.raises(PngError, match=said):
            decode(data, 100)


@given(st.binary(max_size=60))
@PATIENT
def test_random_bytes_are_an_error_and_nothing_else(data):
    with pytest.raises(PngError):
        decode(b"\x89PNG\r\n\x1a\n" + data, 100)


@pytest.fixture
def sent():
    return []


@pytest.fixture
def images(tmp_path, sent):
    (tmp_path / "dot.png").write_bytes(png(1, 1, 6, b"\0\1\2\3\4"))
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    return Images(tmp_path, lambda *record: sent.append(record))


def test_a_picture_is_sent_once_in_chunks_that_fit(images, sent):
    noise = bytes((i * i * 7919 >> 3) % 256 for i in range(200 * 200 * 4))
    picture = images.pixels(200, 200, noise)
    assert images.pixels(200, 200, noise) == picture
    assert all(kind is Kind.IMAGE and image == picture.id for kind, image, *_ in sent)
    data = b""
    for _, _, width, height, _, offset, part in sent:
        assert (width, height, offset) == (200, 200, len(data))
        assert len(part) <= IMAGE_CHUNK
        data += part
    assert {total for *_, total, _, _ in sent} == {len(data)}
    assert zlib.decompress(data) == noise
    assert images.file("dot.png").id != picture.id


def test_a_drawn_picture_and_its_limits(images, sent):
    drawn = Pillow.new("RGB", (3, 2), "black")
    ImageDraw.Draw(drawn).rectangle((1, 0, 2, 1), fill=(255, 128, 0))
    assert images.drawn(drawn).width == 3
    black, orange = b"\0\0\0\xff", b"\xff\x80\0\xff"
    assert zlib.decompress(sent[-1][-1]) == (black + 2 * orange) * 2
    with pytest.raises(ImageError, match=f"at most {MAX_PIXELS} pixels"):
        images.drawn(Pillow.new("RGB", (1921, 1080)))
    with pytest.raises(ImageError, match="3 bytes are not 1 × 1"):
        images.pixels(1, 1, b"abc")


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("missing.png", BundleError, r"no picture missing\.png in the bundle"),
        ("../../etc/passwd", BundleError, "in the bundle"),
        ("photo.jpg", ImageError, r"photo\.jpg: "),
    ],
)
def test_a_file_that_cannot_be_used_is_named(images, name, error, said):
    with pytest.raises(error, match=said):
        images.file(name)


def test_an_app_shows_a_picture(app_car):
    class Gallery(App):
        def view(self):
            return GridTemplate("x", [GridItem("a", image=self.image(png(2, 1, 2, b"\0abcdef")))])

    app_car.start(Gallery)
    image = app_car.screen.items[0].image
    assert app_car.host.images == {image.id: (2, 1)}
