"""The diagnostics service on the bus: scans, histories, clearing and repairs, with units that answer recorded bytes."""

import json
from argparse import Namespace

import pytest

from carservices.api.diagnostics import (
    CodeStatus,
    Diagnostics,
    DriveOn,
    Obstacle,
    Phase,
    Result,
    Severity,
    Verdict,
)
from carservices.api.notifications import Notifications
from carservices.bus import CallError
from carservices.cli import diagnostics as command
from carservices.cli.common import Failed
from carservices.services.diagnostics import repairer, service
from carservices.services.diagnostics.service import DiagnosticsService
from carservices.services.driving.service import DrivingService
from carservices.services.notifications.service import NotificationsService
from carservices.testing import car
from tests.contract.ecu_bench import (
    ABS_ERROR,
    BATTERY_IS_HOT,
    BMS,
    DRIVE,
    GEAR,
    HEALTHY,
    HEATER_IS_LOCKED,
    HVAC,
    LOCKED,
    OLD,
    ONLY_OBD,
    SOC,
    SPEED,
    TOO_HOT,
    ecu_bench,
)

ALL = [DrivingService, DiagnosticsService]
HOT, HEATER = "BMS:P0A7E-98", "HVAC:B1B30-98"


@pytest.fixture(autouse=True)
def state_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSERVICES_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(service, "SIGN_SECONDS", 0.01)
    monkeypatch.setattr(repairer, "POLL_SECONDS", 0.01)
    return tmp_path


def scanned(health):
    return health.phase is Phase.IDLE and health.scanned is not None


def has(*faults):
    return lambda health: scanned(health) and {code.id for code in health.codes} == set(faults)


async def refused(work, *words):
    with pytest.raises(CallError) as error:
        await work
    assert all(word in error.value.message for word in words), error.value.message
    return error.value


async def test_a_scan_at_start_finds_units_and_explains_what_they_stored():
    async with car(ecu_bench({BMS: BATTERY_IS_HOT, HVAC: {}, OLD: ONLY_OBD}), ALL) as c:
        health = await c.until_state(c.service(Diagnostics).health, scanned)
        bms, hvac, old = health.ecus
        assert (bms.part, bms.software, bms.reachable) == ("OC-BMS-0100", "1.4.2", True)
        assert (hvac.reachable, hvac.problem) == (False, "HVAC does not answer")
        assert (old.reachable, old.part) == (True, "")
        hot, lean = health.codes
        assert (hot.code, hot.status, hot.severity) == ("P0A7E-98", CodeStatus.CONFIRMED, Severity.CRITICAL)
        assert (hot.drive_on, hot.occurrences, hot.say("de").title) == (DriveOn.NO, 3, "Batterie zu heiß")
        assert [(r.labels["en"], r.value, r.unit) for r in hot.frame] == [
            ("State of charge", 78.0, "percent"),
            ("Warmest cell", 58.0, "Celsius"),
        ]
        assert (lean.id, lean.known, lean.status) == ("OLD:P0133", False, CodeStatus.CONFIRMED)
        assert health.verdict is Verdict.STOP


async def test_without_control_units_there_is_no_verdict():
    async with car(ecu_bench({}), ALL) as c:
        health = await c.until_state(c.service(Diagnostics).health, lambda h: h.problem)
        assert (health.verdict, health.scanned) == (Verdict.UNKNOWN, None)
        assert "reaches control units" in health.problem


@pytest.mark.parametrize("nonsense", [7, ["BMS"], [{"name": "BMS"}], [{"name": "BMS", "request": "x", "response": 1}]])
async def test_a_hal_that_talks_nonsense_of_its_units_has_none(nonsense):
    bench = ecu_bench({})
    bench.told = nonsense
    async with car(bench, ALL) as c:
        health = await c.until_state(c.service(Diagnostics).health, lambda h: h.problem)
        assert "reaches control units" in health.problem


@pytest.mark.parametrize("garbage", ["", "59", "5902", "5902FF0A7E", "62F187", "7F19", "FFFFFF", "5904FF0A7E982F"])
async def test_a_garbled_answer_is_a_problem_of_that_unit_only(garbage):
    bench = ecu_bench({BMS: HEALTHY | {"19022D": garbage}, HVAC: HEATER_IS_LOCKED})
    async with car(bench, ALL) as c:
        health = await c.until_state(c.service(Diagnostics).health, has(HEATER))
        assert health.ecus[0].problem or garbage == "5902"
        assert health.ecus[0].reachable


async def test_what_heals_is_remembered_also_over_a_restart():
    bench = ecu_bench({BMS: BATTERY_IS_HOT})
    async with car(bench, ALL) as c:
        health = c.service(Diagnostics).health
        first = (await c.until_state(health, has(HOT))).codes[0].first_seen
        bench.answers[BMS] = HEALTHY
        await c.service(Diagnostics).scan()
        healthy = await c.until_state(health, has())
        assert healthy.verdict is Verdict.GOOD
        await c.kill_service("diagnostics")
        await c.start_service(DiagnosticsService)
        (healed,) = (await c.until_state(health, scanned)).healed
        assert (healed.id, healed.status, healed.first_seen) == (HOT, CodeStatus.HEALED, first)
        bench.answers[BMS] = BATTERY_IS_HOT | {"1906" + TOO_HOT + "01": "7F1931"}
        await c.service(Diagnostics).scan()
        again = (await c.until_state(health, has(HOT))).codes[0]
        assert (again.first_seen, again.occurrences) == (first, 4)


async def test_a_sign_of_the_car_starts_a_scan():
    bench = ecu_bench({BMS: HEALTHY})
    async with car(bench, ALL) as c:
        health = c.service(Diagnostics).health
        await c.until_state(health, has())
        bench.answers[BMS] = BATTERY_IS_HOT
        await bench.inject(ABS_ERROR, True)
        await c.until_state(health, has(HOT))


async def test_clearing_wants_a_parked_car():
    bench = ecu_bench({BMS: BATTERY_IS_HOT | {"14FFFFFF": "54"}})
    async with car(bench, ALL) as c:
        diagnostics = c.service(Diagnostics)
        await c.until_state(diagnostics.health, lambda h: scanned(h) and not h.obstacles)
        await bench.inject(GEAR, DRIVE)
        await bench.inject(SPEED, 30.0)
        await c.until_state(diagnostics.health, lambda h: Obstacle.NOT_PARKED in h.obstacles)
        error = await refused(diagnostics.clear(), "not known to be parked")
        assert error.details == {"obstacles": ["not_parked"]}
        await c.kill_service("driving")
        await bench.inject(GEAR, 126)
        await refused(diagnostics.clear(), "not known")  # nobody says that it is parked
        assert (BMS, "14FFFFFF") not in bench.asked
        await bench.inject(SPEED, 0.0)
        await c.start_service(DrivingService)
        await c.until_state(diagnostics.health, lambda h: not h.obstacles)
        await refused(diagnostics.clear("ECU"), "no control unit 'ECU'", "BMS")
        bench.answers[BMS] = HEALTHY
        await diagnostics.clear()
        health = await c.until_state(diagnostics.health, has())
        assert [code.id for code in health.healed] == [HOT]
        assert (BMS, "14FFFFFF") in bench.asked


def repairable(bench, outcome):
    """The heater forgets its lock-out when asked to, and then its unit says ``outcome``."""

    def unlocked():
        bench.answers[HVAC].update(outcome)
        return "7101030300"

    bench.answers[HVAC] |= {"1003": "5003003201F4", "31010303": unlocked, f"14{LOCKED}": "54"}
    return bench


async def test_a_repair_is_offered_tried_verified_and_written_down(state_dir):
    bench = repairable(ecu_bench({HVAC: HEATER_IS_LOCKED}), HEALTHY)
    async with car(bench, ALL) as c:
        diagnostics = c.service(Diagnostics)
        health = await c.until_state(diagnostics.health, lambda h: has(HEATER)(h) and not h.codes[0].repair.obstacles)
        offer = health.codes[0].repair
        assert (offer.name, offer.automatic, offer.left) == ("heater_unlock", False, 2)
        assert offer.texts.keys() == {"en", "de", "fr"}
        await diagnostics.repair(HEATER)
        done = await c.until_state(diagnostics.health, lambda h: has()(h) and h.attempts)
        assert (done.attempts[0].result, done.attempts[0].fault) == (Result.FIXED, HEATER)
        assert '"repair":"heater_unlock"' in (state_dir / "diagnostics" / "repairs.jsonl").read_text()


async def test_a_repair_that_does_not_help_is_said_so_and_not_tried_for_ever():
    bench = repairable(ecu_bench({HVAC: HEATER_IS_LOCKED}), {"1902FF": f"5902FF{LOCKED}29"})
    bench.answers[HVAC]["31010303"] = "7101030302"
    async with car(bench, ALL) as c:
        diagnostics = c.service(Diagnostics)
        await c.until_state(diagnostics.health, lambda h: has(HEATER)(h) and not h.codes[0].repair.obstacles)
        for tried in (1, 2):
            await diagnostics.repair(HEATER)
            health = await c.until_state(diagnostics.health, lambda h, n=tried: scanned(h) and len(h.attempts) == n)
        assert (health.attempts[0].result, health.codes[0].repair.left) == (Result.FAILED, 0)
        assert "routine 0303 ended with 2" in health.attempts[0].reason
        await refused(diagnostics.repair(HEATER), "often enough")


async def test_a_repair_wants_what_its_policy_wants():
    bench = repairable(ecu_bench({HVAC: HEATER_IS_LOCKED}, **{SOC: 12.0, GEAR: DRIVE}), HEALTHY)
    async with car(bench, ALL) as c:
        diagnostics = c.service(Diagnostics)
        await c.until_state(diagnostics.health, has(HEATER))
        health = await c.until_state(diagnostics.health, lambda h: len(h.codes[0].repair.obstacles) == 2)
        assert health.codes[0].repair.obstacles == (Obstacle.NOT_PARKED, Obstacle.CHARGE)
        await refused(diagnostics.repair(HEATER), "parked and", "too little charge")
        assert not any(question.startswith("31") for _, question in bench.asked)
        await refused(diagnostics.repair(HOT), "no repair")


async def test_what_harms_nobody_is_repaired_without_being_asked():
    lost = "532331"  # C1323-31

    def learnt():
        bench.answers[HVAC] |= HEALTHY
        return "7103030100"

    answers = HEATER_IS_LOCKED | {
        "22F187": "62F187" + b"OC-TPMS-0100".hex(),
        "19022D": f"5902FF{lost}2F",
        "1003": "5003003201F4",
        "31010301": "7101030101",
        "31030301": learnt,
        f"14{lost}": "54",
    }
    bench = ecu_bench({HVAC: answers})
    async with car(bench, ALL) as c:
        diagnostics = c.service(Diagnostics)
        health = await c.until_state(diagnostics.health, lambda h: scanned(h) and h.attempts)
        assert (health.attempts[0].repair, health.attempts[0].automatic) == ("tyre_relearn", True)
        assert (health.attempts[0].result, health.verdict) == (Result.FIXED, Verdict.GOOD)


async def test_another_makers_unit_gets_no_routine_of_ours():
    answers = HEATER_IS_LOCKED | {"22F187": "62F187" + b"8V0820043".hex()}
    async with car(ecu_bench({HVAC: answers}), ALL) as c:
        health = await c.until_state(c.service(Diagnostics).health, has(HEATER))
        assert health.codes[0].repair is None


async def test_the_driver_is_told_of_what_matters_also_after_a_restart_of_the_messenger():
    bench = ecu_bench({BMS: BATTERY_IS_HOT, HVAC: HEATER_IS_LOCKED})
    async with car(bench, [NotificationsService, *ALL]) as c:
        active = c.service(Notifications).active

        def told(board):
            ours = [n for n in board.notifications if n.poster == Diagnostics.name]
            assert {n.about for n in ours} <= {"BMS:P0A7E-98"}, "a touch opens the fault"
            return [n.say().title for n in ours]

        await c.until_state(active, lambda board: told(board) == ["Battery too hot"])
        await c.kill_service("notifications")
        await c.start_service(NotificationsService)
        await c.until_state(active, lambda board: told(board) == ["Battery too hot"])
        await c.until_state(c.service(Diagnostics).health, scanned)  # a scan that goes on has its answers already
        bench.answers[BMS] = HEALTHY
        await c.service(Diagnostics).scan()
        await c.until_state(active, lambda board: not told(board))


async def test_explain_and_read():
    async with car(ecu_bench({BMS: HEALTHY | {"222003": "622003030C"}}), ALL) as c:
        diagnostics = c.service(Diagnostics)
        await c.until_state(diagnostics.health, scanned)
        assert (await diagnostics.explain("p0aa6")).drive_on is DriveOn.NO
        await refused(diagnostics.explain("hot"), "no trouble code")
        value = await diagnostics.read("BMS", 0x2003)
        assert (value.value, value.unit) == (78.0, "percent")
        await refused(diagnostics.read("BMS", 0xF187), "0x31")
        assert (await refused(diagnostics.read("BMS", 0x9999), "does not answer")).code == "UNAVAILABLE"


async def test_the_command_scans_repairs_and_clears(capsys, monkeypatch):
    bench = repairable(ecu_bench({HVAC: HEATER_IS_LOCKED}), HEALTHY)
    async with car(bench, ALL) as c:
        diagnostics = c.service(Diagnostics)
        await c.until_state(diagnostics.health, lambda h: has(HEATER)(h) and not h.codes[0].repair.obstacles)

        async def run(verb, **chosen):
            defaults = {"json": False, "yes": False, "healed": False, "ecu": None}
            status = await command.VERBS[verb][1](diagnostics, Namespace(**defaults | chosen))
            return status, capsys.readouterr().out

        status, said = await run("scan")
        assert status == 0
        assert "OC-HVAC-0100" in said
        assert f"{HEATER}  confirmed  minor     yes" in said
        monkeypatch.setattr("builtins.input", lambda question: "")
        for verb, chosen in (("clear", {}), ("repair", {"fault": HEATER})):
            with pytest.raises(Failed, match="nothing was done"):
                await run(verb, **chosen)
        assert await run("repair", fault=HEATER, yes=True) == (0, "heater_unlock: fixed\n")
        assert (await run("codes", healed=True))[1].splitlines()[1].startswith(f"{HEATER}  healed")
        status, said = await run("clear", yes=True, json=True)
        assert json.loads(said)["verdict"] == "good"
        assert (HVAC, "14FFFFFF") in bench.asked
