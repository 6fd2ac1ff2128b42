"""Where the energy went, in J since the start: the books that must balance."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Ledger:
    """Sources: ``chemical`` (taken from the battery's cells) and ``charger``. All else is loss, storage or work."""

    chemical: float = 0.0
    charger: float = 0.0
    drive_loss: float = 0.0
    battery_heat: float = 0.0
    air: float = 0.0
    rolling: float = 0.0
    brake: float = 0.0
    grade: float = 0.0
    kinetic: float = 0.0
    climate: float = 0.0
    battery_conditioning: float = 0.0
    low_voltage: float = 0.0
    """Consumers on the 12 V side, what its battery stored, and the converter's loss."""

    @property
    def supplied(self) -> float:
        return self.chemical + self.charger

    @property
    def spent(self) -> float:
        figures: dict[str, float] = asdict(self)
        return sum(value for name, value in figures.items() if name not in ("chemical", "charger"))

    def kilowatt_hours(self) -> dict[str, float]:
        """All accounts in kWh."""
        return {name: round(value / 3.6e6, 4) for name, value in asdict(self).items()}
