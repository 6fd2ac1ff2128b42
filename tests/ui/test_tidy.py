"""A window at rest gives back what is left of its start."""

import ctypes
import gc
import time
from weakref import ref

import pytest

from carservices.signals import Value
from carservices_ui.livemap import SPEED


class Knot:
    """Only a collection frees it."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def tidy(drive):
    from carservices_ui.tidy import Tidy

    driver = drive()
    driver.store.linked, driver.store.grown = True, float("-inf")
    gc.disable()
    yield driver.store, Tidy(driver.cockpit)
    gc.enable()


def frozen_knot():
    """What lived with the first picture and is nobody's since."""
    knot = Knot()
    gc.freeze()
    return ref(knot)


def test_what_was_left_of_the_start_goes_once_the_car_has_been_silent(tidy):
    store, tidy = tidy
    left = frozen_knot()
    store.linked = False
    tidy.look()
    assert left() is not None
    store.linked, store.grown = True, time.monotonic()
    tidy.look()
    assert left() is not None
    for speed in (30.0, 0.0):
        assert left() is not None
        store.put_link(True)
        store.put(Value(SPEED, speed, time.monotonic_ns()))
        store.drain()
        store.grown = float("-inf")
        tidy.look()
    assert left() is None


def test_it_is_not_looked_for_again_while_the_map_stays_the_same(tidy):
    _, tidy = tidy
    tidy.look()
    later = frozen_knot()
    for _ in range(3):
        tidy.look()
    assert later() is not None


def test_what_is_drawn_later_finds_the_compiler_again(tidy):
    from kivy.graphics import Fbo, Rectangle

    _, tidy = tidy
    for _ in range(2):
        tidy.look()
    fbo = Fbo(
        size=(8, 8), fs="$HEADER$\nvoid main(void) { gl_FragColor = vec4(clamp(frag_color.rg, 0.0, 0.0), 1.0, 1.0); }"
    )
    with fbo:
        Rectangle(size=fbo.size)
    fbo.draw()
    assert fbo.get_pixel_color(4, 4) == [0, 0, 255, 255]


def test_what_is_taken_and_freed_later_goes_too(tidy):
    from carservices_ui.memory import resident

    _, tidy = tidy
    for _ in range(2):
        tidy.look()
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
    taken = [libc.malloc(60_000) for _ in range(500)]
    for one in taken:
        ctypes.memset(one, 1, 60_000)
    for one in taken[:-1]:  # the last one keeps glibc from giving back by itself what lies below it
        libc.free(one)
    before = resident()
    tidy.look()
    libc.free(taken[-1])
    assert resident() < before - 20_000_000
