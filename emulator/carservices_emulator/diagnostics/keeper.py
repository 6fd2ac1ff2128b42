"""What control units remember without power: VIN, faults, marks and results, in one file of the state directory."""

import logging
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carservices.api.state import StateFile
from carservices_emulator.diagnostics.codes import Status
from carservices_emulator.diagnostics.memory import Trouble
from carservices_emulator.diagnostics.network import Diagnostics
from carservices_emulator.diagnostics.records import Elapsed
from carservices_emulator.diagnostics.unit import Unit

log = logging.getLogger(__name__)

TOLD = int(Status.FAILED_SINCE_CLEAR | Status.PENDING | Status.CONFIRMED | Status.WARNING_INDICATOR)
"""A fault without any of these has nothing to remember; a plain number, as flags are slow."""


class Kept(BaseModel):
    """Bytes are hexadecimal digits in the file."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, ser_json_bytes="hex", val_json_bytes="hex")


class KeptTrouble(Kept):
    """The fields of `Trouble` that outlast a loss of power."""

    status: Status
    occurrences: int
    trips: int
    healing: int
    ageing: int
    permanent: bool
    snapshots: dict[int, bytes]


class KeptUnit(Kept):
    """One unit: the VIN that was written into it, its faults by number, what its records and its monitors hold."""

    vin: bytes = Field(min_length=17, max_length=17)
    troubles: dict[int, KeptTrouble]
    cleared: Elapsed
    lamp: Elapsed | None
    warm_ups: int
    frame: tuple[int, dict[int, bytes]] | None
    results: dict[int, bytes]

    @classmethod
    def of(cls, unit: Unit) -> Self:
        records = unit.records
        return cls(
            vin=unit.vin,
            troubles={
                trouble.fault.number: KeptTrouble.model_validate(trouble) for trouble in unit.memory if _told(trouble)
            },
            cleared=records.since(records.cleared),
            lamp=records.since(records.lamp) if records.lamp else None,
            warm_ups=records.warm_ups,
            frame=records.frame,
            results=unit.results.found,
        )

    def restore(self, unit: Unit) -> None:
        """Faults that there are no more, after an update, are left out."""
        for number, kept in self.troubles.items():
            if (trouble := unit.memory.troubles.get(number)) is not None:
                for field in KeptTrouble.model_fields:
                    setattr(trouble, field, getattr(kept, field))
        unit.vin = self.vin
        records = unit.records
        records.cleared = records.ago(self.cleared)
        records.lamp = records.ago(self.lamp) if self.lamp else None
        records.warm_ups, records.frame = self.warm_ups, self.frame
        unit.results.found = dict(self.results)


class KeptCar(Kept):
    """The file: the units by name."""

    units: dict[str, KeptUnit]


class Keeper:
    """Keeps the memory of each car in ``emulator/faults-VIN.json``; without a state directory nothing is kept."""

    def __init__(self) -> None:
        self._written: object = None

    def restore(self, diagnostics: Diagnostics) -> None:
        """Give the units back what they remembered; a file that is broken counts as none, and the log says so."""
        file = _file(diagnostics)
        text = file.read()
        if text is None:
            return
        try:
            kept = KeptCar.model_validate_json(text)
        except ValidationError as error:
            wrong = error.errors()[0]
            log.warning("%s is no fault memory (%s): it begins empty", file.path, wrong["msg"])
            return
        for name, server in diagnostics.servers.items():
            if name in kept.units:
                kept.units[name].restore(server.unit)
        diagnostics.power_up()
        self._written = _news(diagnostics)

    def look(self, diagnostics: Diagnostics) -> None:
        """Write the file again if there is something new to remember."""
        if _news(diagnostics) != self._written:
            self.write(diagnostics)

    def write(self, diagnostics: Diagnostics) -> None:
        """Write the file, with times and distances up to now."""
        self._written = _news(diagnostics)
        file = _file(diagnostics)
        if file.path is not None:
            units = {name: KeptUnit.of(server.unit) for name, server in diagnostics.servers.items()}
            file.write(KeptCar(units=units).model_dump_json())


def _file(diagnostics: Diagnostics) -> StateFile:
    return StateFile("emulator", f"faults-{diagnostics.vin}.json")


def _told(trouble: Trouble) -> bool:
    return bool(int(trouble.status) & TOLD) or trouble.permanent


def _news(diagnostics: Diagnostics) -> object:
    """What is different once something happened that has to be remembered."""
    units = [server.unit for server in diagnostics.servers.values()]
    troubles = [
        (trouble.fault.number, int(trouble.status), trouble.occurrences, trouble.healing, trouble.ageing)
        for unit in units
        for trouble in unit.memory
        if _told(trouble)
    ]
    return troubles, [(unit.vin, unit.records.cleared, unit.records.warm_ups) for unit in units]
