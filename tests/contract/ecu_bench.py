"""A HAL with signals in memory and control units that answer from a table of recorded bytes."""

from carservices.hal.virtual import VirtualHal
from carservices.signals import Catalogue

GEAR, SPEED = "Vehicle.Powertrain.Transmission.SelectedGear", "Vehicle.Speed"
IGNITION = "Vehicle.LowVoltageSystemState"
SOC = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
ABS_ERROR = "Vehicle.ADAS.ABS.IsError"
PARK, DRIVE = 126, 127

BMS, HVAC, OLD = 0x7E4, 0x746, 0x7E1
UNITS = {BMS: ("BMS", 0x7EC), HVAC: ("HVAC", 0x74E), OLD: ("OLD", 0x7E9)}
TOO_HOT, LOCKED = "0A7E98", "9B3098"
"""P0A7E-98 and B1B30-98 as three bytes."""
BATTERY_IS_HOT = {
    "3E00": "7E00",
    "22F187": "62F187" + b"OC-BMS-0100".hex(),
    "22F195": "62F195" + b"1.4.2".hex(),
    "19022D": f"5902FF{TOO_HOT}2F",
    "19020D": f"5902FF{TOO_HOT}2F",
    "1906" + TOO_HOT + "01": f"5906{TOO_HOT}2F0103",
    # record 2: charge (2003: 780 steps of 0.1), warmest cell (2008: 980 of 0.1 from -40), no valid speed (0103)
    "1904" + TOO_HOT + "FF": f"5904{TOO_HOT}2F" + "0101200302BC" + "02032003030C200803D40103FFFF",
}
HEATER_IS_LOCKED = {
    "3E00": "7E00",
    "22F187": "62F187" + b"OC-HVAC-0100".hex(),
    "22F195": "7F2231",
    "19022D": f"5902FF{LOCKED}2F",
    "19020D": f"5902FF{LOCKED}2F",
    "1906" + LOCKED + "01": "7F1931",
    "1904" + LOCKED + "FF": f"5904{LOCKED}2F",
}
ONLY_OBD = {"07": "4700", "03": "43010133"}
"""An engine from before UDS: one confirmed code, P0133."""
HEALTHY = {
    "3E00": "7E00",
    "22F187": "7F2231",
    "22F195": "7F2231",
    "19022D": "5902FF",
    "19020D": "5902FF",
    "1902FF": "5902FF",
    "14FFFFFF": "54",
}


class EcuBench(VirtualHal):
    """``answers[id][request]`` as hexadecimal text; no row, no answer. ``asked`` is what was asked."""

    def setup(self, **answers):
        self.answers = {identifier: dict(rows) for identifier, rows in answers.pop("units").items()}
        self.asked = []
        self.told = None
        return self

    async def control(self, verb, arguments):
        match verb, arguments:
            case "ecus", {}:
                return self.told or [
                    {"name": UNITS[request][0], "request": request, "response": UNITS[request][1]}
                    for request in self.answers
                ]
            case "diagnose", {"to": to, "data": data, "timeout": float()}:
                question = data.hex().upper()
                self.asked.append((to, question))
                answer = self.answers[to].get(question)
                if callable(answer):
                    answer = answer()
                return [] if answer is None else [[UNITS[to][1], bytes.fromhex(answer)]]
        return await super().control(verb, arguments)


def ecu_bench(units, **values):
    """Parked and switched on, unless told otherwise."""
    known = Catalogue.default()
    signals = {GEAR: PARK, SPEED: 0.0, IGNITION: "ON", SOC: 80.0, ABS_ERROR: False} | values
    rates = {"min_rate": 1, "max_rate": 50}
    continuous = (SPEED,)
    configs = (known.config(path, **(rates if path in continuous else {})) for path in signals)
    return EcuBench.of(*configs, values=signals).setup(units=units)
