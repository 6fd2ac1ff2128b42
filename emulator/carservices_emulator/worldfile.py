"""The world as it stands, in the run directory: whoever comes after a process that was killed goes on with it."""

import contextlib
import logging
import os
import pickle
from dataclasses import dataclass
from pathlib import Path

from carservices.bus.files import replace_file
from carservices.bus.identity import KEPT_DIR, RUN_DIR_VARIABLE, TOKEN_VARIABLE
from carservices_emulator.simulation import Simulation

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """A world, how fast its time runs, and whether it stands still."""

    simulation: Simulation
    factor: float
    paused: bool


class WorldFile:
    """One file, gone with the car that runs; outside of a car's own process nothing is kept."""

    def __init__(self) -> None:
        run_dir = os.environ.get(RUN_DIR_VARIABLE) if TOKEN_VARIABLE in os.environ else None
        self._path = Path(run_dir, KEPT_DIR, "world.pickle") if run_dir else None
        self._refused = False

    def write(self, moment: Moment) -> None:
        """Replace what was kept, in 0.5 ms (3 ms on a way of 300 km); a disk that refuses is told to the log once."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(exist_ok=True)
            replace_file(self._path, pickle.dumps(moment, pickle.HIGHEST_PROTOCOL), lasting=False)
        except OSError as error:
            if not self._refused:
                log.warning("%s cannot be written (%s): the world would begin anew", self._path, error)
            self._refused = True
        else:
            self._refused = False

    def take(self) -> Moment | None:
        """What was kept. `forget` it before it goes on."""
        if self._path is None:
            return None
        try:
            moment = pickle.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except Exception as error:  # what pickle raises for a file that is cut or of another version is not listed
            log.warning("%s cannot be taken up (%s): the world begins anew", self._path, error)
            return None
        return moment if isinstance(moment, Moment) else None

    def forget(self) -> None:
        """Nothing is kept until the next `write`: a world that ends its process is not taken up again."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
