"""What the host does about an app that no control group holds."""

import os
import subprocess
from pathlib import Path

import pytest

from carservices.apphost import excess
from carservices.apphost.excess import Excess
from carservices.apphost.sandbox import Ability, LaunchPlan, cgroups, launch
from tests.unit.apphost.conftest import until

SPIN = "while True: pass"


@pytest.fixture
def spinning(tmp_path, monkeypatch):
    monkeypatch.setattr(cgroups, "mounts", list)
    plan = LaunchPlan("org.example.spin", ("-c", SPIN), tmp_path, tmp_path, 0, lambda _: {}, output=subprocess.DEVNULL)
    launched = launch(plan, Ability())
    yield launched
    launched.kill()
    launched.process.wait()
    assert launched.close()


def stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def used(pid):
    return sum(map(int, stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


async def test_who_takes_more_of_the_processor_than_its_share_stands_still_until_that_is_made_up(spinning, monkeypatch):
    monkeypatch.setattr(excess, "BURST", 0.2)
    pid, judge = spinning.pid, Excess(spinning)
    assert not spinning.limited
    assert judge.look(0.0, frozen=False) is None
    done = used(pid)
    await until(lambda: used(pid) > done + 0.3)
    assert judge.look(0.1, frozen=False) is None
    await until(lambda: stat(pid)[0] == "T")
    assert judge.look(10.0, frozen=False) is None
    await until(lambda: stat(pid)[0] != "T")
