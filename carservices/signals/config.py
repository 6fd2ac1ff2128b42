"""What a HAL says about a signal: datatype, access, change mode, unit, limits, rates (AAOS ``VehiclePropConfig``)."""

import re
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

MAX_PATH = 512
"""Characters in one path; the longest of VSS 6.0 has 97."""
_PATH = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*")


class Kind(StrEnum):
    """The three leaf types of VSS."""

    SENSOR = "sensor"
    ACTUATOR = "actuator"
    ATTRIBUTE = "attribute"


class Access(StrEnum):
    """Who may read and who may write."""

    READ = "read"
    WRITE = "write"
    READ_WRITE = "read_write"


class ChangeMode(StrEnum):
    """When a signal speaks: never again, when it changes, or at a rate."""

    STATIC = "static"
    ON_CHANGE = "on_change"
    CONTINUOUS = "continuous"


class Datatype(StrEnum):
    """VSS datatypes."""

    BOOLEAN = "boolean"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT = "float"
    DOUBLE = "double"
    STRING = "string"
    BOOLEAN_ARRAY = "boolean[]"
    INT8_ARRAY = "int8[]"
    UINT8_ARRAY = "uint8[]"
    INT16_ARRAY = "int16[]"
    UINT16_ARRAY = "uint16[]"
    INT32_ARRAY = "int32[]"
    UINT32_ARRAY = "uint32[]"
    INT64_ARRAY = "int64[]"
    UINT64_ARRAY = "uint64[]"
    FLOAT_ARRAY = "float[]"
    DOUBLE_ARRAY = "double[]"
    STRING_ARRAY = "string[]"

    @property
    def is_array(self) -> bool:
        return self.value.endswith("[]")

    @property
    def element(self) -> "Datatype":
        """The datatype of one element; a scalar's own."""
        return Datatype(self.value.removesuffix("[]"))

    @property
    def is_integer(self) -> bool:
        return "int" in self.value

    @property
    def is_number(self) -> bool:
        return self.is_integer or self.element in (Datatype.FLOAT, Datatype.DOUBLE)

    def may_allow(self, value: object) -> bool:
        """Whether ``value`` can stand in a list of allowed values; of a boolean nothing can."""
        if not self.is_number:
            return self.element is Datatype.STRING and isinstance(value, str)
        return isinstance(value, int if self.is_integer else int | float) and not isinstance(value, bool)


class SignalConfig(BaseModel):
    """One signal as one HAL offers it.

    Rates are in Hz and belong to continuous signals only; ``min`` and ``max`` are in ``unit``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    path: str
    datatype: Datatype
    access: Access = Access.READ
    change_mode: ChangeMode = ChangeMode.ON_CHANGE
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    allowed: tuple[str | int | float, ...] = ()
    min_rate: float = 0.0
    max_rate: float = 0.0
    variable_rate: bool = True

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if len(self.path) > MAX_PATH or not _PATH.fullmatch(self.path):
            raise ValueError(f"{self.path[:80]!r} is no path: write names of letters, digits and _ with dots between")
        continuous = self.change_mode is ChangeMode.CONTINUOUS
        if continuous and not 0 < self.min_rate <= self.max_rate:
            raise ValueError(f"{self.path}: a continuous signal needs 0 < min_rate <= max_rate")
        if not continuous and (self.min_rate or self.max_rate):
            raise ValueError(f"{self.path}: only a continuous signal has rates")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"{self.path}: min {self.min} is above max {self.max}")
        if (self.min is not None or self.max is not None) and not self.datatype.is_number:
            raise ValueError(f"{self.path}: a {self.datatype} has no min or max")
        if misfits := [value for value in self.allowed if not self.datatype.may_allow(value)]:
            raise ValueError(f"{self.path}: a {self.datatype} cannot be {misfits[0]!r}, which allowed lists")
        if self.change_mode is ChangeMode.STATIC and self.access is not Access.READ:
            raise ValueError(f"{self.path}: a static signal is read-only")
        return self
