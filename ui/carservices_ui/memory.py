"""Memory that this process took and no longer needs."""

import ctypes
import os
from pathlib import Path

LIBGL = "libGL.so.1"
STATM = Path("/proc/self/statm")


def give_back() -> None:
    """What was taken and freed goes back to the system; glibc would keep it for the next time."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def release_compiler() -> None:
    """Of the context at hand: Mesa's takes 7 MB, and comes again with the next program. Kivy does not pass it on."""
    try:
        release = ctypes.CDLL(LIBGL, mode=getattr(os, "RTLD_NOLOAD", 0)).glReleaseShaderCompiler
    except (OSError, AttributeError):
        return  # this process draws by another library, or one older than OpenGL 4.1
    release()


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not tell it as Linux does."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
