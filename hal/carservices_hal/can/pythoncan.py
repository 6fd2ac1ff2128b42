"""python-can without asammdf, which it imports for logs in MF4 alone and which takes ten times as long as the rest."""

import importlib
import sys

from carservices.hal import HalError
from carservices_hal.extras import extra

MF4 = "asammdf"


def prepare() -> None:
    """Import python-can; to be called before its first use. Raises HalError when it is not installed."""
    hidden = "can" not in sys.modules and MF4 not in sys.modules
    if hidden:
        sys.modules[MF4] = None  # type: ignore[assignment]  # Python's way to say that there is no such module
    try:
        with extra("can"):
            importlib.import_module("can")
    finally:
        if hidden:
            del sys.modules[MF4]


def prepare_mf4() -> None:
    """Have python-can read and write MF4, too. Raises HalError when asammdf is not installed."""
    prepare()
    try:
        importlib.import_module(MF4)
    except ImportError:
        raise HalError("MF4 needs the package 'asammdf': pip install 'carservices[can-mf4]'") from None
    mf4 = importlib.import_module("can.io.mf4")
    if mf4.asammdf is None:
        importlib.reload(mf4)
