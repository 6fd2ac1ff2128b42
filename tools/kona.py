"""The picture of a real car: the log of a Hyundai Kona that switches on, replayed into the cockpit."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).parents[2] / "shared" / "data" / "can" / "kona"
LOG = DATA / "230112-7-2019-pcan-ccan-power-off-on-ready-off.csv"
"""Of github.com/projectgus/hyundai-kona-ev-can-logs (CC0); its databases of kona-ev-dbc (MIT) lie beside it."""
READY, SLOW = 6.0, 0.05
"""s into the log, when the car is ready to drive, and how slowly time passes while the picture is taken."""
PATIENCE = 60.0


def photograph(picture: Path, log: Path | None = None) -> str:
    """Take the picture; returns what is missing, if something is."""
    log = log or LOG
    dbc = log.with_name("pcan.dbc")
    for file, what in ((log, "the log"), (dbc, "its database")):
        if not file.is_file():
            return f"{picture.name}: {what} is not at {file}; give the log with --kona LOG, pcan.dbc beside it"
    with tempfile.TemporaryDirectory(prefix="kona") as scratch:
        run_dir = Path(scratch) / "run"
        places = {"XDG_STATE_HOME": scratch, "XDG_CONFIG_HOME": scratch}
        environment = os.environ | places | {"CARSERVICES_FIRST_MAPS": "none"}
        command = [sys.executable, "-m", "carservices.cli.main"]
        options = {"log": log, "dbc": dbc, "mapping": "kona-ev", "bus": 0, "start": READY, "speed": SLOW}
        words = [word for key, value in options.items() for word in ("--hal-option", f"{key}={value}")]
        start = [*command, "run", "--hal", "replay", *words, "--headless", "--run-dir", str(run_dir)]
        car = subprocess.Popen(start, env=environment)
        try:
            wait_for = [*command, "signals", "get", "Vehicle.Speed", "--run-dir", str(run_dir)]
            end = time.monotonic() + PATIENCE
            while subprocess.run(wait_for, env=environment, capture_output=True).returncode:
                if time.monotonic() > end:
                    return f"{picture.name}: the car did not start"
            shot = [*command, "screenshot", str(picture), "--screen", "home", "--run-dir", str(run_dir)]
            subprocess.run(shot, env=environment, check=True)
        finally:
            car.send_signal(signal.SIGINT)
            car.wait(10)
    return ""
