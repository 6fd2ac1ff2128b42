"""A damaged state file costs what it held, never the service."""

import pytest

from carservices.services.diagnostics.service import DiagnosticsService
from carservices.services.energy.service import EnergyService
from carservices.services.notifications.service import NotificationsService


@pytest.mark.parametrize(
    ("service", "file"),
    [
        (EnergyService, "energy/trip.json"),
        (NotificationsService, "notifications/hidden.json"),
        (DiagnosticsService, "diagnostics/faults.json"),
        (DiagnosticsService, "diagnostics/repairs.jsonl"),
        (DiagnosticsService, "diagnostics/scanned.txt"),
    ],
)
@pytest.mark.parametrize("content", ["{", "[]", '{"start": "yesterday", "dismissed": 3}'])
def test_services_start_with_a_damaged_state_file(service, file, content, tmp_path, caplog):
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(content)
    service(tmp_path)
    assert f"{path} is damaged" in caplog.text
