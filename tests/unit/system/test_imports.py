"""The supervisor carries nothing that could break with the bus, the contracts or the shell."""

import subprocess
import sys

PROBE = "import carservices.system.supervisor, carservices.system.table, sys; print(*sys.modules)"


def test_the_supervisor_loads_no_zmq_pydantic_or_kivy():
    loaded = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout.split()
    assert "carservices.system.supervisor" in loaded
    assert {"zmq", "pydantic", "kivy", "msgpack", "numpy"}.isdisjoint(loaded)
