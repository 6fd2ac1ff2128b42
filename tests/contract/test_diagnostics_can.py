"""Diagnostics over CAN: our tester and unmodified udsoncan and can-isotp ask the emulated car's control units."""

import asyncio
from contextlib import asynccontextmanager, contextmanager

import can
import isotp
import pytest
import udsoncan
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection
from udsoncan.exceptions import NegativeResponseException

from carservices.hal import HalError, SetError
from carservices.hal.diagnose import Request
from carservices_emulator.commands import parse
from carservices_emulator.diagnostics import ECUS
from carservices_emulator.diagnostics.addresses import FUNCTIONAL, FUNCTIONAL_29
from carservices_emulator.diagnostics.codes import Status, number
from carservices_emulator.diagnostics.identifiers import CLOCK, COMMON, LIVE, VIN
from carservices_emulator.diagnostics.reports import counters
from carservices_emulator.diagnostics.security import key
from carservices_emulator.hal import EmulatorHal, EmulatorOptions
from carservices_hal.can.hal import CanHal
from tests.unit.emulator.cancar import options

WAITS = ("rx_flowcontrol_timeout", "rx_consecutive_frame_timeout")
PATIENT = 5.0
"""s a unit gets to begin its answer: the machine may be busy."""


@asynccontextmanager
async def running(hal):
    """A HAL whose events somebody takes."""

    async def drain():
        async for _ in hal.events():
            pass

    await hal.open()
    task = asyncio.create_task(drain())
    try:
        yield hal
    finally:
        await hal.close()
        await task


@pytest.fixture
def bus(tmp_path_factory):
    directory = tmp_path_factory.mktemp("b", numbered=True)
    return {"interface": "zmq", "channel": "car", "bus_options": {"directory": str(directory)}}


@asynccontextmanager
async def emulated(bus):
    async with running(EmulatorHal(EmulatorOptions(scenario="parked", can=bus))) as car:
        yield car


@asynccontextmanager
async def asked(bus, **more):
    """The car, and a function that asks it through the CAN HAL in hexadecimal digits."""
    async with emulated(bus) as car, running(CanHal(options(bus, **({"p2": PATIENT} | more)))) as hal:

        async def ask(to, data, timeout=30.0):
            answers = await hal.control("diagnose", {"to": to, "data": bytes.fromhex(data), "timeout": timeout})
            return {source: answer.hex() for source, answer in answers}

        yield car, hal, ask


async def test_the_can_hal_asks_the_units(bus):
    async with asked(bus) as (car, hal, ask):
        assert await hal.control("ecus", {}) == [
            {"name": ecu.name, "request": ecu.request, "response": ecu.response} for ecu in ECUS.values()
        ]
        assert await car.control("ecus", {}) == [], "they are reached through the bus only"
        with pytest.raises(HalError, match="on the CAN bus"):
            await car.control("diagnose", {"to": 0x7E0, "data": b"\x3e\x00"})
        vin = "62f190" + car.simulation.profile.identity.vin.encode().hex()
        for ecu in ECUS.values():
            assert await ask(ecu.request, "22f190") == {ecu.response: vin}
            assert await ask(ecu.request_29, "22f190") == {ecu.response_29: vin}
        everything = "22" + "".join(f"{did:04x}" for did in (0x2001, 0x2002, 0x2003, 0x2004, 0x2005, VIN, 0xF18C))
        (answer,) = (await ask(0x7E4, everything)).values()
        assert answer.startswith("622001")
        assert answer.endswith(car.simulation.diagnostics.servers["BMS"].unit.identity[0xF18C].hex())
        assert await ask(0x7E0, "55") == {0x7E8: "7f5511"}
        car.simulation.do(parse("fault", {"name": "window-reference"}))
        await ask(0x745, "1003")
        assert await ask(0x745, "31010302") == {0x74D: "7101030200"}, "after 3 s of response pending"


async def test_all_units_are_asked_at_once(bus):
    async with asked(bus, p2=0.3) as (_, _, ask):

        async def until(to, data, everybody):
            """A busy machine may be late with an answer, never with a wrong one."""
            while (heard := (await ask(to, data)).keys()) != everybody:
                assert heard < everybody

        await until(FUNCTIONAL, "1003", {ecu.response for ecu in ECUS.values()})
        await until(FUNCTIONAL_29, "22f190", {ecu.response_29 for ecu in ECUS.values()})
        await until(FUNCTIONAL, "0902", {0x7E8, 0x7EC})
        with pytest.raises(HalError, match="at most 7 bytes"):
            await ask(FUNCTIONAL, "22" + "f190" * 4)


async def test_nobody_there_is_no_answer(bus):
    async with asked(bus, p2=0.1) as (car, _, ask):
        assert await ask(0x701, "22f190") == {}
        assert await ask(0x7E0, "3e80") == {}
        await car.control("disturb", {"ecu": "ABS", "kind": "off"})
        assert await ask(0x760, "22f190") == {}
        missing = number("U0121-87").to_bytes(3).hex()
        while missing not in (await ask(0x7E0, "190208")).get(0x7E8, ""):
            car.simulation.run(1)  # its neighbours must miss it for 2 s


async def test_a_tester_may_forbid_a_unit_its_messages_while_its_session_lasts(bus):
    temperature = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    async with asked(bus) as (car, hal, ask):
        assert await ask(0x760, "280101") == {0x768: "7f287f"}, "not in the default session"
        for to, request in ((0x760, "280101"), (0x746, "280301")):
            await ask(to, "1003")
            (answer,) = (await ask(to, request)).values()
            assert answer == f"68{request[2:4]}"
        for request, answer in {"2801": "13", "280401": "12", "280100": "31", "280111": "31"}.items():
            assert await ask(0x760, request) == {0x768: f"7f28{answer}"}
        with pytest.raises(SetError):
            await hal.set(temperature, 25.0)
        missing = number("U0121-87").to_bytes(3).hex()
        while missing not in (await ask(0x7E0, "190208")).get(0x7E8, ""):
            await ask(0x760, "3e00")
            car.simulation.run(1)
        for to in (0x760, 0x746):
            await ask(to, "1001")
        await hal.set(temperature, 25.0)
        trouble = car.simulation.diagnostics.servers["VCU"].unit.memory.troubles[number("U0121-87")]
        while Status.TEST_FAILED in trouble.status:
            await asyncio.sleep(0)
            car.simulation.run(1)


@pytest.mark.parametrize(
    "arguments", [{}, {"to": 0x7E0}, {"to": -1, "data": b"\x3e"}, {"to": 1, "data": b""}, {"to": 1, "data": "3e0"}]
)
def test_a_request_that_cannot_be_sent_is_refused(arguments):
    with pytest.raises(HalError, match="diagnose takes to"):
        Request.parse(arguments)


def test_requests_may_be_written_as_digits():
    assert Request.parse({"to": 0x7E0, "data": "22 F1 90"}) == Request(0x7E0, b"\x22\xf1\x90", 5.0)


@contextmanager
def client(bus, ecu):
    """udsoncan over can-isotp, with threads of its own."""
    wire = can.Bus(interface=bus["interface"], channel=bus["channel"], **bus["bus_options"])
    address = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=ecu.request, rxid=ecu.response)
    stack = isotp.CanStack(wire, address=address, params=dict.fromkeys(WAITS, 20_000))
    config = dict(udsoncan.configs.default_client_config)
    config |= {
        "request_timeout": 30,
        "p2_timeout": PATIENT,
        "use_server_timing": False,
        "data_identifiers": {VIN: udsoncan.AsciiCodec(17), CLOCK: ">L"}
        | {live.did: f"{live.size}s" for live in (*COMMON, *LIVE[ecu.name])},
        "extended_data_size": 1,
        "security_algo": lambda level, seed, params: key(int.from_bytes(seed), ecu.request).to_bytes(4),
    }
    try:
        with Client(PythonIsoTpConnection(stack), config=config) as uds:
            yield uds
    finally:
        wire.shutdown()


def workshop(bus, vin):
    """What a workshop's tool does, with the unit's refusals on the way."""
    with client(bus, ECUS["ABS"]) as uds:
        assert uds.read_data_by_identifier(VIN).service_data.values[VIN] == vin
        (code,) = uds.get_dtc_by_status_mask(0x08).service_data.dtcs
        assert (code.id, code.status.confirmed, code.status.warning_indicator_requested) == (
            number("C0020-92"),
            True,
            True,
        )
        assert uds.get_number_of_dtc_by_status_mask(0x08).service_data.dtc_count == 1
        uds.config["dtc_snapshot_did_size"] = 2
        (snapshot, *_) = uds.get_dtc_snapshot_by_dtc_number(code.id, 1).service_data.dtcs[0].snapshots
        assert (snapshot.record_number, snapshot.did) == (1, CLOCK)
        extended = uds.get_dtc_extended_data_by_dtc_number(code.id, 1).service_data.dtcs[0].extended_data
        assert [item.raw_data for item in extended] == [b"\x01"]
        uds.clear_dtc()
        uds.tester_present()
    with client(bus, ECUS["BMS"]) as uds:
        with pytest.raises(NegativeResponseException) as refused:
            uds.start_routine(0x0304)
        assert refused.value.response.code == 0x7F
        uds.change_session(udsoncan.services.DiagnosticSessionControl.Session.extendedDiagnosticSession)
        uds.control_dtc_setting(udsoncan.services.ControlDTCSetting.SettingType.off)
        uds.communication_control(
            udsoncan.services.CommunicationControl.ControlType.enableRxAndDisableTx,
            udsoncan.CommunicationType(subnet=0, normal_msg=True, network_management_msg=True),
        )
        uds.unlock_security_access(1)
        assert uds.start_routine(0x0304).service_data.routine_status_record == b"\0"
        with uds.suppress_positive_response:
            uds.tester_present()
        uds.ecu_reset(udsoncan.services.ECUReset.ResetType.hardReset)


async def test_udsoncan_and_can_isotp_talk_to_the_car(bus):
    async with emulated(bus) as car:
        car.simulation.do(parse("fault", {"name": "abs"}))
        car.simulation.run(5)
        await asyncio.to_thread(workshop, bus, car.simulation.profile.identity.vin)
        trouble = car.simulation.diagnostics.servers["ABS"].unit.memory.troubles[number("C0020-92")]
        assert counters(trouble)[1] in (b"\0", b"\1"), "cleared; the fault is still there and may have come back"
