"""The supervisor with real processes: who dies comes back, who hangs is ended, and nobody is left behind."""

import os
import re
import resource
import signal
import time

import pytest

from carservices.bus import crashes
from carservices.system import control, logs
from carservices.system.run_dir import LOG_DIR
from tests.process.rig import children, descendants, supervised, until


def said(running, name):
    directory = running.run_dir / LOG_DIR
    return [entry.text for entry in logs.read(directory, logs.ends(directory, [name]))]


@pytest.mark.parametrize("name", ["one", "fresh", "stubborn"])
def test_a_killed_process_comes_back(place, name):
    with supervised(place, "steady") as running:
        others = {other: running.until(other).pid for other in ("one", "fresh", "stubborn") if other != name}
        pid = running.kill(name)
        back = running.until(name, but=pid)
        assert back.restarts == 1
        assert "SIGKILL" in back.last_exit
        assert {other: running[other].pid for other in others} == others
        report = crashes.reports(place / "state")[0].read_text()
        assert report.startswith(f"{name} was ended by SIGKILL")


def test_who_dies_again_soon_waits_longer(place):
    with supervised(place, "steady") as running:
        pid = None
        for _ in range(2):
            pid = running.until("one", but=pid).pid
            running.kill("one")
        running.until("one", but=pid)
        delays = re.findall(r"again in ([\d.]+) s", " ".join(said(running, "supervisor")))
        assert len(delays) == 2
        assert float(delays[1]) > float(delays[0])


def test_each_process_stands_back_as_the_table_says(place):
    with supervised(place, "steady") as running:
        own = os.getpriority(os.PRIO_PROCESS, running.process.pid)
        nices = {
            name: os.getpriority(os.PRIO_PROCESS, running.until(name).pid) for name in ("one", "fresh", "stubborn")
        }
        assert nices == {"one": own, "fresh": own, "stubborn": min(own + 7, 19)}  # 19 is Linux's last


def test_a_stopped_process_is_ended_and_comes_back(place):
    with supervised(place, "steady") as running:
        pid = running.kill("one", signal.SIGSTOP)
        assert "hung" in running.until("one", but=pid).last_exit


def test_the_report_of_a_blocked_process_says_where_it_is(place):
    with supervised(place, "blocked") as running:
        pid = running.until("blocked").pid
        until(lambda: (now := running["blocked"]) and now.pid not in (pid, None), "a restart")
        report = crashes.reports(place / "state")[-1].read_text()
        assert "hung" in report
        assert "in blocked" in report


def test_a_stopped_car_goes_on_and_blames_nobody(place):
    """As by Ctrl-Z: the supervisor hears nothing from processes that go on only after it."""

    def published():
        return (place / "state.json").stat().st_mtime_ns

    def news(last):
        until(lambda: published() > last, "a new state")

    with supervised(place, "steady") as running:
        before = {name: running.until(name).pid for name in ("one", "fresh", "stubborn")}
        everybody = (running.process.pid, *before.values())
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        woken = time.monotonic() + 4.5  # twice the deadline of these processes
        until(lambda: time.monotonic() > woken)
        stopped = published()
        running.process.send_signal(signal.SIGCONT)
        news(stopped)
        for pid in before.values():
            os.kill(pid, signal.SIGCONT)
        news(published())
        news(published())
        assert {name: (running[name].pid, running[name].restarts) for name in before} == {
            name: (pid, 0) for name, pid in before.items()
        }


def test_a_crash_loop_ends_in_safe_mode_until_somebody_restarts_it(place):
    with supervised(place, "sick") as running:
        running.until("extra")
        failed = running.until("sick", "failed")
        assert "RuntimeError: a planted fault" in failed.reason
        assert failed.restarts == 5
        running.until("extra", "disabled")
        running.until("needed")
        assert running.car().facts["safe_mode"]
        (place / "cure").touch()
        control.ask(place, "restart", name="sick")
        running.until("sick")
        running.until("extra")
        assert not running.car().facts["safe_mode"]
        assert any("safe mode" in line for line in said(running, "supervisor"))


def test_nobody_survives_a_killed_supervisor(place):
    with supervised(place, "steady") as running:
        running.until("fresh")
        running.until("stubborn")
        running.kill("one", signal.SIGSTOP)
        assert len(descendants(running.process.pid)) > 3  # the three and their fork server
        running.end(signal.SIGKILL)


def test_a_stopped_fork_server_holds_up_nothing(place):
    with supervised(place, "steady") as running:
        running.until("one")
        running.until("fresh")
        (server,) = [pid for pid in children(running.process.pid) if children(pid)]
        os.kill(server, signal.SIGSTOP)
        assert running.end(signal.SIGINT) == 0


def test_a_killed_fork_server_is_replaced(place):
    with supervised(place, "steady") as running:
        before = {name: running.until(name).pid for name in ("one", "fresh", "stubborn")}
        (server,) = [pid for pid in children(running.process.pid) if children(pid)]
        os.kill(server, signal.SIGKILL)
        running.until("one", but=before["one"])
        running.until("stubborn", but=before["stubborn"])
        assert running["fresh"].pid == before["fresh"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_everything_when_asked_also_the_stubborn(place, number):
    with supervised(place, "steady") as running:
        for name in ("one", "fresh", "stubborn"):
            running.until(name)
        assert running.end(number) == 0


def test_processes_start_after_what_they_need_and_end_before_it(place):
    with supervised(place, "order") as running:
        running.until("shell")
        assert running.end() == 0
        assert (place / "notes").read_text().splitlines() == [
            "hub begins",
            "service begins",
            "shell begins",
            "shell ends",
            "service ends",
            "hub ends",
        ]


def test_a_restart_on_request_counts_as_no_crash(place):
    with supervised(place, "steady") as running:
        pid = running.until("one").pid
        control.ask(place, "restart", name="one")
        assert running.until("one", but=pid).restarts == 0
        with pytest.raises(control.Refused, match="no process 'two'; there are one, fresh, stubborn"):
            control.ask(place, "restart", name="two")


def test_processes_follow_the_facts(place):
    with supervised(place, "ignition") as running:
        running.until("shell")
        control.ask(place, "facts", facts={"ignition": False})
        running.until("shell", "disabled")
        with pytest.raises(control.Refused, match="it needs ignition"):
            control.ask(place, "restart", name="shell")
        control.ask(place, "facts", facts={"ignition": True})
        running.until("shell")
        assert running["always"].restarts == 0
        with pytest.raises(control.Refused, match="no fact 'weather'"):
            control.ask(place, "facts", facts={"weather": True})


def test_a_closed_window_stays_closed_until_somebody_asks(place):
    with supervised(place, "closed") as running:
        running.until("one")
        until(lambda: (panel := running["panel"]) and panel.last_exit and panel.state == "disabled", "a closed panel")
        published = (place / "state.json").stat().st_mtime_ns
        until(lambda: (place / "state.json").stat().st_mtime_ns > published, "a new state")
        closed = running["panel"]
        assert (closed.state, closed.restarts) == ("disabled", 0)
        control.ask(place, "restart", name="panel")
        until(lambda: any("second" in line for line in said(running, "panel")), "the window again")


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        ("finished", 0, ""),
        ("unusable", 2, "unusable cannot start: no HAL 'planted' is installed\n"),
        ("must start", 1, "sick cannot start: RuntimeError: a planted fault\n"),
    ],
)
def test_what_ends_the_whole_car(place, table, code, words):
    with supervised(place, table) as running:
        assert running.process.wait(40) == code
        running.no_orphans()
        assert running.output.read_text() == words


def test_a_second_one_in_the_same_directory_is_refused(place):
    with supervised(place, "steady") as running:
        running.until("one")
        with supervised(place, "steady") as second:
            assert second.process.wait(40) == 1
        assert f"a car already runs in {place} (pid {running.process.pid})" in second.output.read_text()
        assert running["one"].state == "running"


def test_a_full_disk_at_the_start_is_one_sentence(place):
    with supervised(place, "steady", "150") as running:
        assert running.process.wait(40) == 1
        assert f"{place} cannot be written (File too large): make room" in running.output.read_text()


def test_a_full_disk_for_logs_stops_nobody_and_is_said_once(place):
    with supervised(place, "loud", "20000") as running:
        pid = running.until("loud").pid
        until(lambda: running["loud"].lost_log_lines > 100, "lost lines")
        assert running["loud"].pid == pid
        assert running.output.read_text().count("cannot be written") == 1
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: any("lines were lost here" in line for line in said(running, "loud")), "writing again")
        assert running["loud"].pid == pid
