"""What the host does about an app that no control group holds."""

import os
from pathlib import Path

import pytest

from carservices.apphost import excess
from carservices.apphost.excess import Excess
from carservices.apphost.sandbox import Ability, LaunchPlan, Limits, cgroups, launch
from tests.unit.apphost.conftest import until

SPIN = "while True: pass"
SHARED = 100 << 20
TWO = "import os, signal\nos.fork()\nsignal.pause()"


@pytest.fixture
def begin(tmp_path, monkeypatch):
    monkeypatch.setattr(cgroups, "mounts", list)
    running = []

    def begin(code):
        plan = LaunchPlan("org.example.one", ("-c", code), tmp_path, tmp_path, 0, lambda _: {})
        running.append(launch(plan, Ability()))
        return running[-1]

    yield begin
    for launched in running:
        launched.kill()
        launched.process.wait()
        assert launched.close()


def stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def resident(pid):
    return int(stat(pid)[21]) * os.sysconf("SC_PAGE_SIZE")


def used(pid):
    return sum(map(int, stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


async def test_who_takes_more_of_the_processor_than_its_share_stands_still_until_that_is_made_up(begin, monkeypatch):
    monkeypatch.setattr(excess, "BURST", 0.2)
    spinning = begin(SPIN)
    pid, judge = spinning.pid, Excess(spinning)
    assert not spinning.limited
    assert judge.look(0.0, frozen=False) is None
    done = used(pid)
    await until(lambda: used(pid) > done + 0.3)
    assert judge.look(0.1, frozen=False) is None
    await until(lambda: stat(pid)[0] == "T")
    assert judge.look(10.0, frozen=False) is None
    await until(lambda: stat(pid)[0] != "T")


@pytest.mark.parametrize(
    ("limits", "why"),
    [({}, None), ({"processes": 1}, "it started more processes than it may"), ({"memory": 1 << 20}, excess.MEMORY)],
)
async def test_who_takes_more_memory_or_processes_than_it_may_is_to_be_ended(begin, limits, why):
    launched = begin(TWO)
    await until(lambda: len(launched.pids()) == 2)
    launched.limits = Limits(**limits)
    assert Excess(launched).look(0.0, frozen=False) == why


async def test_memory_that_two_processes_share_counts_once(begin):
    launched = begin(f"shared = bytearray(b'x') * {SHARED}\n{TWO}")
    await until(lambda: len(launched.pids()) == 2)
    launched.limits = Limits(memory=SHARED * 3 // 2)
    assert sum(map(resident, launched.pids())) > launched.limits.memory
    assert Excess(launched).look(0.0, frozen=False) is None
