"""The probes of a hostile app, run inside every level of the sandbox this machine is able to."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from carservices.apphost.sandbox import LaunchPlan, Level, Limits, SandboxRefused, cgroups, launch, probe
from carservices.apphost.sandbox.uids import FIRST_UID, Uids
from carservices.testing import PATIENCE
from tests.hostile import as_user
from tests.hostile.conftest import Net, groups
from tests.hostile.probes import PROBES

ABILITY = probe()
ROOT = os.getuid() == 0
AS_USER = [sys.executable, "-m", as_user.__name__, sys.executable]
NEVER = {"become_root", "hurry", "real_time", "environment", "descriptors"}
MAY = {
    Level.FULL: {"write_data"},
    Level.STRONG: {"write_data", "path_socket"},
    Level.WEAK: PROBES.keys() - NEVER,
}
"""What an app gets at each level; everything else of the list must be refused."""
WITHOUT_OWN_UID = {"become_root", "hurry", "real_time"}
"""What root can do also at the strong level, where no user id and no user namespace can be had."""
AT = {
    Level.FULL: ABILITY,
    Level.STRONG: replace(ABILITY, bubblewrap=False),
    Level.WEAK: replace(ABILITY, bubblewrap=False, seccomp=False),
}


def needs(level):
    if AT[level].level is not level:
        expected = os.environ.get("EXPECT_SANDBOX", "weak")
        reason = f"this machine gives no {level.word} sandbox: {ABILITY.missing}"
        if Level.named(expected) >= level:
            pytest.fail(reason)
        pytest.skip(reason)


def run(tmp_path, level, code, limits=None, **environment):
    """Run a program as an app would; its output and how it ended."""
    bundle, data = tmp_path / "bundle", tmp_path / "data"
    bundle.mkdir(exist_ok=True)
    data.mkdir(exist_ok=True)
    (bundle / "main.py").write_text(code)
    tmp_path.chmod(0o755)
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    plan = LaunchPlan(
        "org.example.hostile",
        ("-I", "main.py"),
        bundle,
        data,
        there.fileno(),
        lambda where: {"LINK": str(there.fileno()), "BUNDLE": where.bundle, **environment},
        limits=limits or Limits(),
        uid=FIRST_UID if ROOT else None,
        output=subprocess.PIPE,
    )
    with here, there:
        launched = launch(plan, AT[level])
        try:
            out, _ = launched.process.communicate(timeout=50)
            return out.decode(), launched
        finally:
            launched.kill()
            launched.process.wait()
            while not launched.close():
                pass


@pytest.mark.parametrize("level", Level)
def test_a_hostile_app_gets_its_own_data_and_nothing_else(tmp_path, level, monkeypatch):
    needs(level)
    if level is Level.WEAK and ROOT:
        pytest.skip("what shuts in so little is not for root: an ordinary user runs it below")
    monkeypatch.setenv("HOST_SECRET", "1")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    others = private / "others"
    others.write_text("secret")
    name = f"carservices-{os.getpid()}-{level}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as path,
    ):
        abstract.bind("\0" + name)
        abstract.listen()
        path.bind(str(tmp_path / "open.sock"))
        path.listen()
        (tmp_path / "open.sock").chmod(0o777)
        targets = {
            "home": str(Path.home()),
            "others": str(others),
            "bundle": "/app" if level is Level.FULL else str(tmp_path / "bundle"),
            "port": tcp.getsockname()[1],
            "abstract": name,
            "socket": str(tmp_path / "open.sock"),
            "pid": os.getpid(),
            "root_outside": level is not Level.FULL and ROOT and not ABILITY.own_uid and not ABILITY.namespace,
        }
        out, _ = run(
            tmp_path, level, Path(PROBES["tcp_loopback"].__code__.co_filename).read_text(), PROBES=json.dumps(targets)
        )
    got = json.loads(out.splitlines()[-1])
    assert got.keys() == PROBES.keys()
    may = MAY[level] | (WITHOUT_OWN_UID if targets["root_outside"] else set())
    assert {probe: what for probe, what in got.items() if what != "no"}.keys() <= may, got
    assert got["write_data"] == "written"
    assert others.read_text() == ("x" if level is Level.WEAK else "secret")


def test_the_probes_refuse_to_run_outside_a_sandbox():
    ran = subprocess.run([sys.executable, "-m", "tests.hostile.probes"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "inside a sandbox only" in ran.stderr


def test_the_weak_level_still_has_limits_and_a_clean_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("HOST_SECRET", "1")
    code = """
import os, resource
print(*(resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)))
print("HOST_SECRET" in os.environ, os.getsid(0) == os.getpid())
"""
    out, launched = run(tmp_path, Level.WEAK, code)
    assert out.split() == ["128", "0", "False", "True"]
    assert launched.report.level is Level.WEAK


BOMBS = {
    "fork": "import os\nwhile True:\n    try: os.fork()\n    except OSError: print('stopped', flush=True); os._exit(0)",
    "memory": "held = []\nwhile True: held.append(bytearray(b'x') * 10_000_000)",
    "disk": "import os\nfile = open(os.environ['HOME'] + '/big', 'wb')\nwhile True: file.write(b'x' * 1_000_000)",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_at_its_limit(tmp_path, bomb):
    needs(Level.FULL)
    limits = Limits(memory=64 << 20, processes=20, file_size=4 << 20)
    _, launched = run(tmp_path, Level.FULL, BOMBS[bomb], limits)
    assert launched.pids() == {launched.pid}
    if bomb == "memory":
        assert launched.process.returncode != 0
    if bomb == "disk":
        assert (tmp_path / "data" / "big").stat().st_size <= 4 << 20


COUNTS = """
import os
there, ours = os.pipe()
started = 0
try:
    while not (child := os.fork()) == 0 and started < 100:
        started += 1
except OSError:
    child = None
if child == 0:
    os.close(ours)
    os.read(there, 1)
    os._exit(0)
print(started)
"""


@pytest.mark.parametrize("level", [Level.STRONG, Level.WEAK])
def test_an_app_has_its_processes_whatever_else_its_user_runs(tmp_path, level, monkeypatch):
    needs(level)
    if ROOT or not ABILITY.namespace:
        pytest.skip("the kernel holds root, and anybody without user namespaces, to no count: the app host does")
    monkeypatch.setitem(launch.__globals__, "Group", Net)
    done = threading.Event()
    others = [threading.Thread(target=done.wait) for _ in range(15)]
    for one in others:
        one.start()
    out, _ = run(tmp_path, level, COUNTS, Limits(processes=10))
    done.set()
    for one in others:
        one.join()
    assert out.split() == ["9"]


def test_all_of_this_holds_for_an_ordinary_user():
    if reason := as_user.missing():
        pytest.skip(reason)
    ran = subprocess.run(
        [*AS_USER, "-m", "pytest", __file__, "-q", "-n0", "-rs", "-pno:cacheprovider"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("by_host", [True, False])
def test_a_frozen_app_ends_too_by_its_host_or_after_one_that_was_killed(by_host):
    """The next host of the machine lets what is frozen die, and the one after it finds no group any more."""
    needs(Level.FULL)
    host = subprocess.Popen(["true"])
    host.wait()
    group = cgroups.Group(f"frozen-{os.getpid() if by_host else host.pid}-0", Limits())
    with subprocess.Popen(group.entering(["sleep", "100"])) as app:
        while any(str(app.pid) not in (place / "cgroup.procs").read_text().split() for place in groups("frozen")):
            pass
        group.freeze(True)
        if by_host:
            group.kill()
        else:
            app.kill()
            cgroups.sweep()
        assert app.wait(PATIENCE) == -signal.SIGKILL
    group.remove()
    cgroups.sweep()
    assert not groups("frozen")


def test_the_app_in_front_has_more_weight_than_one_behind_and_shares_no_group_with_it():
    needs(Level.FULL)
    group = cgroups.Group(f"weight-{os.getpid()}-0", Limits())
    try:
        weights = []
        for front in (True, False):
            group.prefer(front)
            places = [mount.folder / f"{cgroups.OURS}-weight-{os.getpid()}-0" for mount in cgroups.mounts()]
            files = [place / name for place in places for name in cgroups.WEIGHT_FILES.values()]
            weights.append([int(file.read_text()) for file in files if file.exists()])
        assert weights[0]
        assert all(ahead > behind for ahead, behind in zip(*weights, strict=True))
    finally:
        group.remove()


def test_below_the_minimum_an_app_is_refused_with_the_cure(tmp_path):
    plan = LaunchPlan("org.example.x", ("-c", "pass"), tmp_path, tmp_path, 0, lambda _: {})
    weak = AT[Level.WEAK]
    with pytest.raises(SandboxRefused, match=r"org.example.x needs the sandbox level full, this machine gives weak"):
        launch(plan, weak, Level.FULL)


def test_an_app_keeps_its_user_id_for_ever(tmp_path):
    given = {app: Uids(tmp_path / "uids.json").of(app) for app in ("a", "b", "a", "c")}
    assert len(set(given.values())) == 3
    assert Uids(tmp_path / "uids.json").of("b") == given["b"]
