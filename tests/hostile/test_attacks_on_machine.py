"""Hostile apps that attack the machine: each is contained or ended with its reason, and nobody else notices."""

from dataclasses import replace

import pytest

from carservices.apphost.sandbox import launch
from tests.hostile.attacks import ATTACKS
from tests.hostile.conftest import ABILITY, Net, beset, withstand

pytestmark = [pytest.mark.hostile, pytest.mark.asyncio(loop_scope="module")]
BARE = replace(ABILITY, bubblewrap=False, controllers=frozenset())
"""A machine without bubblewrap and control groups."""
BAREST = replace(BARE, seccomp=False, landlock=0, namespace=False)
"""And without anything else: the kernel holds nobody to a count of processes."""
HOGS = ["fork_bomb", "memory_hog", "memory_hogs", "leaves_somebody_behind", "processor_hog", "disk_hog"]


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if attack.machine])
async def test_the_others_do_not_notice(c, name, monkeypatch):
    await withstand(c, name, monkeypatch)


@pytest.mark.parametrize("ability", [BARE, BAREST], ids=["strong", "weak"])
async def test_the_host_holds_apps_to_their_limits_where_no_control_group_does(tmp_path, ability, monkeypatch):
    monkeypatch.setitem(launch.__globals__, "Group", Net)
    async with beset(tmp_path, ability, HOGS) as c:
        for name in HOGS:
            with monkeypatch.context() as patch:
                await withstand(c, name, patch)
