"""The maps that come along: built once, in a process of their own, and gone when the driver removed them."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from carservices.api.navigation import MapsState
from carservices.services.navigation.atlas import Atlas
from carservices.services.navigation.maps.defaults import EXTRACTS, FIRST
from carservices.services.navigation.maps.errors import MapError
from carservices.services.navigation.maps.first import SWITCH, build_first, still_to_build
from carservices.services.navigation.maps.store import FACTS, FORMAT, LOCK, MapStore


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MapStore:
    monkeypatch.delenv(SWITCH, raising=False)
    return MapStore(tmp_path / "maps")


def test_every_extract_is_there_with_its_licence() -> None:
    for extract in EXTRACTS.values():
        assert extract.pbf.stat().st_size > 100_000
        assert extract.file in extract.pbf.with_name("NOTICE.md").read_text(encoding="utf-8")


async def test_a_first_map_is_built_once_and_does_not_come_back(store: MapStore) -> None:
    assert still_to_build(store)[0] == FIRST
    assert set(still_to_build(store)) == set(EXTRACTS)
    done = await exhaust(store)
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert store.facts("helsinki").title == EXTRACTS["helsinki"].title
    assert "helsinki" not in still_to_build(store)
    facts = store.folder("helsinki") / FACTS
    facts.write_text(facts.read_text(encoding="utf-8").replace(f'"format": {FORMAT}', '"format": 1'), encoding="utf-8")
    assert "helsinki" in still_to_build(store)
    store.remove("helsinki")
    assert "helsinki" not in still_to_build(store)


async def exhaust(store: MapStore) -> list[float]:
    async with aclosing(build_first(store, "helsinki")) as steps:
        return [step.done async for step in steps]


async def test_what_goes_wrong_in_the_process_is_said(store: MapStore) -> None:
    with store.locked(), pytest.raises(MapError, match="another import is running"):
        await exhaust(store)
    assert "helsinki" in still_to_build(store)


@pytest.mark.parametrize("said", ["Segmentation fault", "[]", '{"problem": "no remark"}', '{"name": "helsinki"}'])
async def test_a_process_that_says_anything_else_fails_its_map_and_not_the_service(
    store: MapStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str
) -> None:
    (tmp_path / "talking.py").write_text(f"print({said!r})", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("carservices.services.navigation.maps.first.MODULE", "talking")
    with pytest.raises(MapError, match="none of its reports"):
        await exhaust(store)


async def test_a_map_is_built_when_another_import_has_ended(store: MapStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as that of a service that was killed while it built one; and again when its builder is killed."""
    monkeypatch.setattr("carservices.services.navigation.atlas.FIRST_MAP_AFTER_S", 0.0)
    monkeypatch.setattr("carservices.services.navigation.atlas.LOOK_S", 0.05)
    changed = asyncio.Event()
    atlas = Atlas(store.root, lambda _: None, changed.set)

    async def until(told: Callable[[MapsState], object]) -> None:
        while not told(atlas.state("en")):
            changed.clear()
            await asyncio.wait_for(changed.wait(), 60)

    with store.locked():
        running = asyncio.create_task(atlas.run())
        await until(lambda maps: maps.importing is not None and maps.importing.problem)
    await until(lambda maps: maps.importing is not None and maps.importing.part)
    builder = int((store.root / LOCK).read_text())
    os.kill(builder, signal.SIGKILL)
    await until(lambda _: (store.root / LOCK).read_text() != str(builder))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await atlas.close()


async def test_who_stops_listening_ends_the_process(store: MapStore) -> None:
    async with aclosing(build_first(store, "helsinki")) as steps:
        await anext(steps)
    with store.locked():  # the process let go of its lock
        assert store.names() == []


def test_it_can_be_switched_off(store: MapStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "none")
    assert still_to_build(store) == []
