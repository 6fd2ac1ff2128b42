"""What is known of faults over scans and restarts: when first and last seen, how often, and which have healed."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from carservices.api.diagnostics import CodeStatus, Reading
from carservices.api.state import StateFile
from carservices.services.diagnostics import uds

HEALED_KEPT = 50
"""Healed faults remembered; the oldest go first."""
PRESENT = (CodeStatus.CONFIRMED, CodeStatus.PENDING)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One fault as a scan found it; ``occurrences`` is what the unit counted, None when it does not."""

    fault: uds.Fault
    occurrences: int | None = None
    frame: tuple[Reading, ...] = ()


class Record(BaseModel):
    """One fault of one unit; times are Unix time in s."""

    ecu: str
    code: str
    status: CodeStatus
    warning_light: bool = False
    first_seen: float
    last_seen: float
    occurrences: int = 1
    frame: tuple[Reading, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.ecu}:{self.code}"


STORED = TypeAdapter(dict[str, Record])


def status_of(byte: int) -> CodeStatus:
    """One word for the status byte."""
    if byte & uds.CONFIRMED:
        return CodeStatus.CONFIRMED if byte & uds.FAILED else CodeStatus.STORED
    return CodeStatus.PENDING if byte & (uds.PENDING | uds.FAILED) else CodeStatus.HEALED


class Records:
    """By the fault's id, kept in a state file."""

    def __init__(self, state_dir: Path | None = None) -> None:
        self._file = StateFile("diagnostics", "faults.json", state_dir)
        self._records = self._restored()

    @property
    def active(self) -> list[Record]:
        """Faults that a unit still has."""
        return [record for record in self._records.values() if record.status is not CodeStatus.HEALED]

    @property
    def healed(self) -> list[Record]:
        """Faults that were there, newest first."""
        found = [record for record in self._records.values() if record.status is CodeStatus.HEALED]
        return sorted(found, key=lambda record: -record.last_seen)

    def scanned(self, ecu: str, sightings: Iterable[Sighting], now: float) -> None:
        """A unit's whole memory was read; what it no longer has is healed."""
        seen = set()
        for sighting in sightings:
            seen.add(f"{ecu}:{sighting.fault.code}")
            self._take(ecu, sighting, now)
        for record in self._records.values():
            if record.ecu == ecu and record.id not in seen:
                record.status, record.warning_light = CodeStatus.HEALED, False
        for record in self.healed[HEALED_KEPT:]:
            del self._records[record.id]

    def save(self) -> None:
        self._file.write(STORED.dump_json(self._records).decode())

    def _take(self, ecu: str, sighting: Sighting, now: float) -> None:
        code, status = str(sighting.fault.code), status_of(sighting.fault.status)
        record = self._records.get(f"{ecu}:{code}")
        if record is None:
            record = Record(ecu=ecu, code=code, status=status, first_seen=now, last_seen=now)
            self._records[record.id] = record
        elif status in PRESENT:
            if record.status not in PRESENT:
                record.occurrences += 1
            record.last_seen = now
        record.status = status
        record.warning_light = bool(sighting.fault.status & uds.WARNING)
        record.occurrences = sighting.occurrences or record.occurrences
        record.frame = sighting.frame or record.frame

    def _restored(self) -> dict[str, Record]:
        text = self._file.read()
        try:
            return STORED.validate_json(text) if text else {}
        except ValidationError as error:
            log.warning("%s is damaged (%s): the history begins anew", self._file.path, error.errors()[0]["msg"])
            return {}
