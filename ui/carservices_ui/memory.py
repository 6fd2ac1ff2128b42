"""Memory that this process took and no longer needs."""

import ctypes
import os

LIBGL = "libGL.so.1"


def give_back() -> None:
    """What was taken and freed goes back to the system; glibc would keep it for the next time."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def release_compiler() -> None:
    """Of the context at hand: Mesa's takes 7 MB, and comes again with the next program. Kivy does not pass it on."""
    try:
        gl = ctypes.CDLL(LIBGL, mode=getattr(os, "RTLD_NOLOAD", 0))
    except OSError:
        return  # this process draws by another library
    gl.glReleaseShaderCompiler()
