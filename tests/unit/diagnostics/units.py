"""A parked car's control units on a clock the test moves."""

from carservices_emulator.commands import parse
from carservices_emulator.diagnostics import ECUS, Diagnostics, Server
from carservices_emulator.diagnostics.addresses import FUNCTIONAL
from carservices_emulator.diagnostics.codes import text
from carservices_emulator.diagnostics.security import key
from carservices_emulator.simulation import Simulation
from tests.unit.emulator.cars import world


class Bench:
    """A `Simulation` with a tester: `ask` in hexadecimal digits, `wait` on the tester's clock."""

    def __init__(self) -> None:
        self.now = 100.0
        self.simulation: Simulation = world(charge=60)
        self.units = Diagnostics(self.simulation.world, lambda: self.now)
        self.simulation.diagnostics = self.units

    @property
    def car(self):
        return self.simulation.car

    def unit(self, name: str) -> Server:
        return self.units.servers[name]

    def ask(self, name: str, request: str) -> str | None:
        answer = self.unit(name).respond(bytes.fromhex(request))
        return None if answer is None else answer.hex()

    def ask_all(self, request: str, to: int = FUNCTIONAL) -> dict[int, str]:
        return {source: answer.hex() for source, answer in self.units.request(to, bytes.fromhex(request))[0]}

    def extended(self, name: str) -> None:
        assert self.ask(name, "1003") == "5003003201f4"

    def unlock(self, name: str) -> None:
        seed = int(self.ask(name, "2701")[4:], 16)
        assert self.ask(name, f"2702{key(seed, ECUS[name].request):08x}") == "6702"

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def do(self, verb: str, **arguments: object) -> None:
        self.simulation.do(parse(verb, arguments))

    def fault(self, name: str, on: bool = True) -> None:
        self.do("fault", name=name, on=on)

    def fail(self, path: str, mode: str) -> None:
        self.do("fail", path=path, mode=mode)

    def run(self, seconds: float) -> None:
        self.simulation.run(seconds, 0.1)

    def cycle(self, seconds: float = 20.0) -> None:
        """Switch the car off and on, and let ``seconds`` pass."""
        for state in ("OFF", "ON"):
            self.do("ignition", state=state)
            self.run(1.0)
        self.run(seconds - 1.0)

    def codes(self, name: str, mask: int = 0x08) -> dict[str, int]:
        """Codes with any bit of the mask and their status, as service 19 02 tells."""
        data = bytes.fromhex(self.ask(name, f"1902{mask:02x}"))[3:]
        return {text(int.from_bytes(data[i : i + 3])): data[i + 3] for i in range(0, len(data), 4)}
