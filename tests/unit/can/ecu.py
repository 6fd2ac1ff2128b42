"""Two simulated ECUs of the bench database on a bus of python-can, and the CAN HAL with them beside it."""

import threading
import time
from pathlib import Path

import can

from carservices.hal import HalError, Options
from carservices_hal.can.checksums import Protection
from carservices_hal.can.codec import decoder
from carservices_hal.can.dbc import EXTENDED, load
from carservices_hal.can.encode import encode
from carservices_hal.can.hal import CanHal, CanOptions

HERE = Path(__file__).parent
DBC = load(HERE / "bench.dbc")
STATE, CLIMATE, COMMAND = DBC.messages.values()
PERIOD = 0.02
GUARD = Protection("COUNTER", "CHECKSUM", "crc8_j1850")
COMMAND_GUARD = Protection("COUNTER", "CHECKSUM", "sum8")


def options(channel, **more):
    files = {"dbc": (str(HERE / "bench.dbc"),), "mapping": str(HERE / "bench.yaml")}
    return CanOptions(**{**files, "interface": "virtual", "channel": channel, "retry": 0.05, **more})


class Ecus(threading.Thread):
    """Sends both state messages each 20 ms and takes commands whose checksum is right."""

    def __init__(self, channel, interface="virtual"):
        super().__init__(name="ecus", daemon=True)
        self.bus = can.Bus(channel, interface, ignore_config=True)
        self.state = {"SPEED": 50.0, "GEAR": 3}
        self.climate = {"LEFT": 21.0, "AC": 0, "FAN": 30}
        self.silent = set()
        self.ending = threading.Event()
        self.commands = []

    def run(self):
        decode, opens = decoder(COMMAND, ["LEFT", "AC", "FAN"]), COMMAND_GUARD.opener(COMMAND)
        due, count = time.monotonic(), 0
        while not self.ending.is_set():
            frame = self.bus.recv(max(due - time.monotonic(), 0))
            if frame is not None and frame.arbitration_id == COMMAND.id and opens(frame.data):
                self.commands.append(bytes(frame.data))
                self.climate = dict(zip(("LEFT", "AC", "FAN"), decode(frame.data), strict=True))
            if time.monotonic() >= due:
                due = max(due + PERIOD, time.monotonic())
                self.state["SPEED"] = (self.state["SPEED"] + 0.01) % 200
                self.send(STATE, GUARD.seal(STATE, encode(STATE, self.state), count))
                self.send(CLIMATE, encode(CLIMATE, self.climate))
                count += 1
        self.bus.shutdown()

    def send(self, message, payload):
        if message.key not in self.silent:
            extended = bool(message.key & EXTENDED)
            self.bus.send(can.Message(arbitration_id=message.id, is_extended_id=extended, data=payload))

    def stop(self):
        self.ending.set()
        self.join()


class BenchHal(CanHal):
    """For the conformance kit: the HAL and the car it talks to; `fail` silences the ECU of a signal."""

    Options = Options

    def __init__(self, given=None):
        super().__init__(options(f"kit-{id(self)}"))
        self.ecus = None

    async def open(self):
        self.ecus = Ecus(self.options.channel)
        configs = await super().open()
        self.ecus.start()
        return configs

    async def control(self, verb, arguments):
        match verb, arguments:
            case "fail", {"path": str(path)}:
                self.ecus.silent |= {CLIMATE.key if "HVAC" in path else STATE.key}
            case "clear", {"path": str(path)}:
                self.ecus.silent -= {CLIMATE.key if "HVAC" in path else STATE.key}
            case _:
                raise HalError(f"no verb {verb}")

    async def close(self):
        await super().close()
        ecus, self.ecus = self.ecus, None
        if ecus is not None and ecus.ident is not None:
            ecus.stop()
        elif ecus is not None:
            ecus.bus.shutdown()
