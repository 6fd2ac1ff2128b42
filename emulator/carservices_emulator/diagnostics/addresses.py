"""The control units and their CAN ids: the one table of who answers where."""

from dataclasses import dataclass

FUNCTIONAL = 0x7DF
"""Request id that every unit hears (ISO 15765-4, 11-bit)."""
FUNCTIONAL_29 = 0x18DB33F1
"""The same with 29 bits."""
TESTER = 0xF1
"""Address of the tester in 29-bit ids (ISO 15765-4)."""


@dataclass(frozen=True, slots=True)
class Address:
    """One unit: normal 11-bit ids for request and response, ``node`` its address in 29-bit ids."""

    name: str
    title: str
    request: int
    response: int
    node: int
    obd: str = ""
    """Its name in OBD, one of SAE J1979-DA's; units without one do not answer OBD."""

    @property
    def request_29(self) -> int:
        return 0x18DA0000 | self.node << 8 | TESTER

    @property
    def response_29(self) -> int:
        return 0x18DA0000 | TESTER << 8 | self.node


ECUS: dict[str, Address] = {
    ecu.name: ecu
    for ecu in (
        Address("VCU", "Vehicle control unit", 0x7E0, 0x7E8, 0x10, "HPCM-HybridPtCtrl"),
        Address("BMS", "Battery management system", 0x7E4, 0x7EC, 0x14, "BECM-B+EnergyCtrl"),
        Address("BCM", "Body control module", 0x745, 0x74D, 0x40),
        Address("HVAC", "Climate control", 0x746, 0x74E, 0x44),
        Address("TPMS", "Tyre pressure monitor", 0x750, 0x758, 0x4C),
        Address("ABS", "Anti-lock brakes and stability", 0x760, 0x768, 0x28),
    )
}
"""By name."""


def addressed(to: int) -> list[tuple[Address, int]]:
    """The units that hear a request id, each with the id it answers from."""
    if to == FUNCTIONAL:
        return [(ecu, ecu.response) for ecu in ECUS.values()]
    if to == FUNCTIONAL_29:
        return [(ecu, ecu.response_29) for ecu in ECUS.values()]
    for ecu in ECUS.values():
        if to == ecu.request:
            return [(ecu, ecu.response)]
        if to == ecu.request_29:
            return [(ecu, ecu.response_29)]
    return []
