"""python-can's own back-to-back tests, from its source distribution (tests/foreign/run), on our bus over ZeroMQ."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = os.environ.get("CARSERVICES_PYTHON_CAN_SOURCE")
pytestmark = pytest.mark.skipif(not SOURCE, reason="run tests/foreign/run")
OURS = """
import sys
sys.modules["asammdf"] = None  # seconds, for logs in MF4 alone
from .back2back_test import Back2BackTestCase, TestThreadSafeBus

class OnZmq:
    INTERFACE_1 = INTERFACE_2 = "zmq"
    CHANNEL_1 = CHANNEL_2 = "back2back"
    TIMEOUT = 1  # theirs is 0.1 s, which a busy machine takes by itself

class TestZmq(OnZmq, Back2BackTestCase): pass
class TestZmqFromThreads(OnZmq, TestThreadSafeBus): pass
"""


def test_our_bus_passes_them(tmp_path):
    shutil.copytree(Path(SOURCE) / "test", tmp_path / "test")
    (tmp_path / "test/ours_test.py").write_text(OURS)
    command = [sys.executable, "-m", "pytest", "test/ours_test.py", "-k", "Zmq", "-c", os.devnull, "-p", "no:randomly"]
    run = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert int(re.search(r"(\d+) passed", run.stdout)[1]) > 25
