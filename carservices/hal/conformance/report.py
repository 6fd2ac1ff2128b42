"""The end of a run of the kit: the level the HAL has reached, on the terminal and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from carservices.hal.conformance.levels import RULES, Outcome, reached

PROPERTY = "carservices.hal.rule"
"""The test property that carries the rule's name (it survives pytest-xdist)."""


class Report:
    """Collects the outcome of each rule and says what they amount to."""

    def __init__(self, config: pytest.Config) -> None:
        self.hal: str = config.getoption("--hal")
        self.file: str | None = config.getoption("--hal-json")
        self.outcomes: dict[str, Outcome] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        rule = dict(report.user_properties).get(PROPERTY)
        if isinstance(rule, str) and (report.when == "call" or report.failed):
            self.outcomes[rule] = Outcome(report.outcome, _detail(report))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.outcomes:
            return
        level = reached(self.outcomes)
        terminalreporter.write_sep("=", f"HAL {self.hal}: {level or 'no level'}{self._remark()}", bold=True)
        if self.file:
            Path(self.file).write_text(json.dumps(self._as_json(level), indent=1) + "\n")

    def _remark(self) -> str:
        failed = [name for name, outcome in self.outcomes.items() if outcome.result == "failed"]
        skipped = [name for name, outcome in self.outcomes.items() if outcome.result == "skipped"]
        missing = len(RULES) - len(self.outcomes)
        remarks = (
            f"failed: {', '.join(failed)}" if failed else "",
            f"not applicable: {', '.join(skipped)}" if skipped else "",
            f"{missing} rules did not run" if missing else "",
        )
        said = "; ".join(remark for remark in remarks if remark)
        return f" ({said})" if said else ""

    def _as_json(self, level: str | None) -> dict[str, Any]:
        rules = [
            {
                "name": rule.name,
                "level": rule.level,
                "sentence": rule.sentence,
                "result": outcome.result,
                "detail": outcome.detail,
            }
            for rule in RULES
            if (outcome := self.outcomes.get(rule.name))
        ]
        return {"hal": self.hal, "level": level, "rules": rules}


def _detail(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):  # a skip: file, line, reason
        return report.longrepr[2].removeprefix("Skipped: ")
    return "" if report.passed else report.longreprtext
