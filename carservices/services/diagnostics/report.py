"""Puts together what the service publishes: records with their meaning, offers of repair, and the verdict."""

from collections.abc import Iterable

from carservices.api.diagnostics import (
    CodeStatus,
    DriveOn,
    Ecu,
    Obstacle,
    Offer,
    Severity,
    TroubleCode,
    Verdict,
    Words,
)
from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.codebook import Codebook
from carservices.services.diagnostics.conditions import Conditions
from carservices.services.diagnostics.journal import Journal
from carservices.services.diagnostics.policy import Policy, Repair
from carservices.services.diagnostics.records import PRESENT, Record
from carservices.services.diagnostics.texts import words

GRAVE = (Severity.CRITICAL, Severity.SERIOUS)
ORDER = (CodeStatus.CONFIRMED, CodeStatus.PENDING, CodeStatus.STORED, CodeStatus.HEALED)


class Reporter:
    """Knows the tables; `trouble` and `verdict` do the rest."""

    def __init__(self, codebook: Codebook, policy: Policy, journal: Journal, conditions: Conditions) -> None:
        self._codebook = codebook
        self._policy = policy
        self._journal = journal
        self._conditions = conditions

    def trouble(self, record: Record, ecu: Ecu | None, busy: bool) -> TroubleCode:
        """One record as it is published."""
        return TroubleCode(
            **dict(self._codebook.meaning(Code.parse(record.code))),
            ecu=record.ecu,
            status=record.status,
            warning_light=record.warning_light,
            first_seen=record.first_seen,
            last_seen=record.last_seen,
            occurrences=record.occurrences,
            frame=record.frame,
            repair=self._offer(record, ecu, busy),
        )

    def repair_for(self, record: Record, ecu: Ecu | None) -> tuple[str, Repair] | None:
        """Only what a unit still has can be repaired."""
        if record.status is CodeStatus.HEALED or ecu is None:
            return None
        return self._policy.repair(Code.parse(record.code), ecu.part)

    def obstacles(self, record: Record, ecu: Ecu | None, busy: bool) -> tuple[Obstacle, ...]:
        """What stands in the way of the repair that fits."""
        found = self.repair_for(record, ecu)
        if found is None or ecu is None:
            return ()
        name, repair = found
        checks = (
            (Obstacle.BUSY, busy),
            (Obstacle.UNREACHABLE, not ecu.reachable),
            (Obstacle.ATTEMPTS, self._left(name, repair, record) == 0),
            (Obstacle.NO_AUDIT, not self._journal.usable()),
        )
        return (*self._conditions.to_repair(repair), *(obstacle for obstacle, there in checks if there))

    def _offer(self, record: Record, ecu: Ecu | None, busy: bool) -> Offer | None:
        found = self.repair_for(record, ecu)
        if found is None:
            return None
        name, repair = found
        return Offer(
            name=name,
            texts={language: Words(**told) for language, told in words("repairs", name).items()},
            automatic=repair.automatic,
            left=self._left(name, repair, record),
            obstacles=self.obstacles(record, ecu, busy),
        )

    def _left(self, name: str, repair: Repair, record: Record) -> int:
        return max(0, repair.attempts - self._journal.count(name, record.id))


def sort(codes: Iterable[TroubleCode]) -> tuple[TroubleCode, ...]:
    """Worst first: there now before stored, then by severity, then the newest."""
    return tuple(sorted(codes, key=lambda code: (ORDER.index(code.status) // 2, code.severity.rank, -code.last_seen)))


def verdict(codes: Iterable[TroubleCode], ecus: Iterable[Ecu], scanned: bool) -> Verdict:
    """The worst of what is there now; a unit that cannot be read is worth a note, none at all is no verdict."""
    units, codes = list(ecus), list(codes)
    present = [code for code in codes if code.status in PRESENT]
    if any(code.drive_on is DriveOn.NO for code in present):
        return Verdict.STOP
    if any(code.severity in GRAVE for code in present):
        return Verdict.SERVICE
    if not scanned or not any(ecu.reachable for ecu in units):
        return Verdict.UNKNOWN
    return Verdict.NOTED if codes or any(ecu.problem for ecu in units) else Verdict.GOOD
