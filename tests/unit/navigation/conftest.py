"""Maps built once for all tests of navigation."""

from pathlib import Path

import pytest

from carservices.services.navigation.maps.defaults import EXTRACTS
from carservices.services.navigation.maps.road_graph import write_graph


@pytest.fixture(scope="session")
def neubrandenburg_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """graph.npz of Neubrandenburg (about 1 s to build)."""
    target = tmp_path_factory.mktemp("graph") / "graph.npz"
    write_graph(EXTRACTS["neubrandenburg"].pbf, target)
    return target
