"""The page on diagnostics says what the code has: units, services, routines, codes."""

import re
from pathlib import Path

from carservices_emulator.diagnostics import ECUS
from carservices_emulator.diagnostics.codes import Severity
from carservices_emulator.diagnostics.faults import FAULTS
from carservices_emulator.diagnostics.pids import PIDS
from carservices_emulator.diagnostics.routines import ROUTINES
from carservices_emulator.diagnostics.uds import SERVICES
from tests.contract.test_docs_examples import rows, words

PAGE = (Path(__file__).parents[2] / "docs/diagnostics.md").read_text(encoding="utf-8")
SEVERITIES = {
    "maintenance": Severity.MAINTENANCE_ONLY,
    "next halt": Severity.CHECK_AT_NEXT_HALT,
    "immediately": Severity.CHECK_IMMEDIATELY,
}


def test_units():
    told = [[cell.strip("`") for cell in row] for row in rows(PAGE, "| unit | | request |")]
    assert told == [
        [ecu.name, ecu.title, f"{ecu.request:X}", f"{ecu.response:X}", f"{ecu.request_29:X}", "yes" if ecu.obd else ""]
        for ecu in ECUS.values()
    ]


def test_services_and_routines():
    assert [int(words(row[0])[0], 16) for row in rows(PAGE, "| service |")] == sorted(
        SERVICES, key=lambda sid: f"{sid:02X}"
    )
    told = [(row[1], int(words(row[0])[0], 16), row[2]) for row in rows(PAGE, "| routine |")]
    assert told == [(routine.ecu, routine.number, routine.name) for routine in ROUTINES.values()]


def test_parameters():
    listed = PAGE.partition("modes 01 (")[2].partition(")")[0]
    assert [int(pid, 16) for pid in re.findall(r"\b[0-9A-F]{2}\b", listed)] == list(PIDS)


def test_codes():
    told = set()
    for row in rows(PAGE, "| code |"):
        codes = words(row[0])
        if " to " in row[0]:
            stem = codes[0][:4]
            codes = [f"{stem}{digit}{codes[0][5:]}" for digit in range(4)]
        told |= {(code, row[1], SEVERITIES[row[3]], int(row[4]), row[5] == "yes") for code in codes}
    sensors = set()
    for row in rows(PAGE, "| sensor |"):
        silent = words(row[2])
        lying = words(row[3]) or silent
        sensors |= {(f"{code}-31", row[1]) for code in silent}
        sensors |= {(f"{code}-{kind}", row[1]) for code in lying for kind in ("22", "64")}
    parts = [fault for fault in FAULTS if (fault.code, fault.ecu) not in sensors]
    assert {(f.code, f.ecu, f.severity, f.trips, f.lamp) for f in parts} == told
    assert len(parts) + len(sensors) == len(FAULTS)
