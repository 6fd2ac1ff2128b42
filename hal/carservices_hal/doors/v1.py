"""The door `kuksa.val.v1`: the same car with the older words; a target is the last command that came through here."""

import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from kuksa.val.v1 import types_pb2 as types
from kuksa.val.v1 import val_pb2 as v1
from kuksa.val.v1 import val_pb2_grpc as v1_grpc

import carservices
from carservices.signals import Datum, InvalidValue, Kind, SignalConfig, Status, Value
from carservices_hal.doors.access import Access, Gatekeeper
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.guest import Service
from carservices_hal.doors.mailbox import Mailbox
from carservices_hal.doors.targets import Targets
from carservices_hal.doors.tree import Tree
from carservices_hal.doors.vehicle import Vehicle
from carservices_hal.kuksa.datapoints import DATATYPE_NUMBERS, put, source_time, stamp, take, wall_offset

VALUE, TARGET, METADATA = types.FIELD_VALUE, types.FIELD_ACTUATOR_TARGET, types.FIELD_METADATA
VIEWS = {
    types.VIEW_UNSPECIFIED: (VALUE,),
    types.VIEW_CURRENT_VALUE: (VALUE,),
    types.VIEW_TARGET_VALUE: (TARGET,),
    types.VIEW_METADATA: (METADATA,),
    types.VIEW_ALL: (VALUE, TARGET, METADATA),
}
"""View → fields; ``VIEW_FIELDS`` has only those that are listed."""
KINDS = {
    Kind.ATTRIBUTE: types.ENTRY_TYPE_ATTRIBUTE,
    Kind.SENSOR: types.ENTRY_TYPE_SENSOR,
    Kind.ACTUATOR: types.ENTRY_TYPE_ACTUATOR,
}


class V1(v1_grpc.VALServicer, Service):
    """The calls of the service VAL. Get and Set name what went wrong with each path in their answers."""

    def __init__(self, vehicle: Vehicle, gatekeeper: Gatekeeper) -> None:
        super().__init__(vehicle, gatekeeper)
        self._targets = Targets(vehicle)

    async def Get(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            answer = v1.GetResponse()
            for entry in request.entries:
                try:
                    answer.entries.extend(await self._get(access, entry))
                except DoorError as error:
                    _add_error(answer, entry.path, error)
            return answer

    async def Set(self, request: Any, context: Any) -> Any:
        async with self.guest(context) as access:
            return await self._set(access, request.updates, v1.SetResponse())

    async def StreamedUpdate(self, requests: AsyncIterator[Any], context: Any) -> None:
        async with self.guest(context) as access:
            with self.vehicle.stream() as source:
                async for request in requests:
                    answer = v1.StreamedUpdateResponse()
                    await context.write(await self._set(access.check(), request.updates, answer, source))

    async def Subscribe(self, request: Any, context: Any) -> None:
        async with self.guest(context) as access:
            if not request.entries:
                raise DoorError("INVALID_ARGUMENT", "a subscription needs at least one entry")
            wanted = [(entry.path, _fields(entry)) for entry in request.entries]
            values = await self.vehicle.select(access, [path for path, fields in wanted if VALUE in fields])
            targets = await self.vehicle.select(access, [path for path, fields in wanted if TARGET in fields])
            described = await self.vehicle.select(access, [path for path, fields in wanted if METADATA in fields])
            await self.vehicle.find_all(access, [*values, *targets])
            begun = [v1.EntryUpdate(entry=self._described(path), fields=(METADATA,)) for path in described]
            if begun or not values:
                await context.write(v1.SubscribeResponse(updates=begun))
            mailbox = Mailbox()
            async with self._targets.follow(access, targets, mailbox), self.vehicle.subscription(values, mailbox):
                while True:
                    updates = [self._update(key, value) for key, value in (await mailbox.take()).items()]
                    await context.write(v1.SubscribeResponse(updates=updates))

    async def GetServerInfo(self, _request: Any, context: Any) -> Any:
        async with self.guest(context):
            return v1.GetServerInfoResponse(name="carservices", version=carservices.__version__)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def _get(self, access: Access, entry: Any) -> list[Any]:
        fields = _fields(entry)
        paths = await self.vehicle.select(access, [entry.path])
        await self.vehicle.find_all(access, paths)
        made = {path: types.DataEntry(path=path) for path in paths}
        if VALUE in fields:
            for value in await self.vehicle.read(paths):
                self._fill(made[value.path].value, value)
        for path, one in made.items():
            if TARGET in fields and (target := self._targets.last.get(path)):
                self._fill(one.actuator_target, target)
            self._describe(one, fields)
        return list(made.values())

    def _update(self, key: str, value: Value) -> Any:
        entry = types.DataEntry(path=value.path)
        field = VALUE if key == value.path else TARGET
        self._fill(entry.value if field == VALUE else entry.actuator_target, value)
        return v1.EntryUpdate(entry=entry, fields=(field,))

    def _described(self, path: str) -> Any:
        entry = types.DataEntry(path=path)
        self._describe(entry, (METADATA,))
        return entry

    def _fill(self, point: Any, value: Value) -> None:
        stamp(point.timestamp, value.timestamp, wall_offset())
        if value.value is not None and value.status is Status.AVAILABLE:
            put(point, self.vehicle.tree.configs[value.path].datatype, value.value)

    def _describe(self, entry: Any, fields: Iterable[int]) -> None:
        """All of the metadata, or only the fields of it that were asked for."""
        tree = self.vehicle.tree
        for field in FACTS if METADATA in fields else FACTS.keys() & fields:
            name, fact = FACTS[field]
            entry.metadata.MergeFrom(types.Metadata(**{name: fact(tree, entry.path)}))

    # -- writing -----------------------------------------------------------------------------------------------------

    async def _set(self, access: Access, updates: Iterable[Any], answer: Any, source: object = None) -> Any:
        for update in updates:
            try:
                if VALUE in update.fields:
                    await self._publish(access, update.entry, source)
                if TARGET in update.fields:
                    await self._actuate(access, update.entry)
                if any(field >= METADATA for field in update.fields):
                    raise DoorError("PERMISSION_DENIED", "the metadata of this car cannot be changed")
            except DoorError as error:
                _add_error(answer, update.entry.path, error)
        return answer

    async def _publish(self, access: Access, entry: Any, source: object) -> None:
        config = await self.vehicle.providable(access, entry.path)
        value = None if entry.value.WhichOneof("value") is None else _value(entry.value, config)
        at = source_time(entry.value, wall_offset(), time.monotonic_ns())
        await self.vehicle.publish(access, [(config, value, at)], source)

    async def _actuate(self, access: Access, entry: Any) -> None:
        config = await self.vehicle.actuator(access, entry.path)
        value = _value(entry.actuator_target, config)
        await self.vehicle.actuate(access, {config.path: value})
        self._targets.say(Value(config.path, value, time.monotonic_ns()))


def restriction(config: SignalConfig) -> Any:
    """Limits and allowed values as v1 has them; None without any."""
    element = config.datatype.element
    name = "string" if not element.is_number else "unsigned" if element.value.startswith("u") else "signed"
    facts: dict[str, Any] = {"allowed_values": config.allowed}
    if not element.is_integer and element.is_number:
        name = "floating_point"
    if element.is_number:
        limits = {"min": config.min, "max": config.max}
        facts |= {k: int(v) if element.is_integer else v for k, v in limits.items() if v is not None}
    if not any(facts.values()) and len(facts) == 1:
        return None
    return types.ValueRestriction(**{name: facts})


def _of_signal(tree: Tree, path: str, what: str) -> str | None:
    signal = tree.described(path)
    return getattr(signal, what) if signal else None


FACTS: Mapping[int, tuple[str, Callable[[Tree, str], Any]]] = {
    types.FIELD_METADATA_DATA_TYPE: ("data_type", lambda tree, path: DATATYPE_NUMBERS[tree.configs[path].datatype]),
    types.FIELD_METADATA_ENTRY_TYPE: ("entry_type", lambda tree, path: KINDS[tree.kind(path)]),
    types.FIELD_METADATA_DESCRIPTION: ("description", partial(_of_signal, what="description")),
    types.FIELD_METADATA_DEPRECATION: ("deprecation", partial(_of_signal, what="deprecation")),
    types.FIELD_METADATA_UNIT: ("unit", lambda tree, path: tree.configs[path].unit),
    types.FIELD_METADATA_VALUE_RESTRICTION: (
        "value_restriction",
        lambda tree, path: restriction(tree.configs[path]),
    ),
}
"""Field of the metadata → its name, and how it is found: a client's every set asks for the first one alone."""


def _fields(entry: Any) -> Collection[int]:
    """What is asked for: the fields that are listed, else those of the view."""
    listed: Collection[int] = tuple(entry.fields)
    if entry.view == types.VIEW_FIELDS or (listed and entry.view == types.VIEW_UNSPECIFIED):
        return listed
    fields = VIEWS.get(entry.view, (VALUE,))
    finer = tuple(field for field in listed if field > METADATA) if entry.view == types.VIEW_METADATA else ()
    return finer or fields


def _value(point: Any, config: SignalConfig) -> Datum:
    try:
        return take(point, "value", config)
    except InvalidValue as error:
        raise DoorError("INVALID_ARGUMENT", str(error)) from None


def _add_error(answer: Any, path: str, error: DoorError) -> None:
    """Name it beside its path, and the first one for the whole answer too: clients look at either."""
    code, reason = error.v1
    told: Mapping[str, Any] = {"code": code, "reason": reason, "message": error.message}
    answer.errors.append(types.DataEntryError(path=path[:1000], error=types.Error(**told)))
    if not answer.HasField("error"):
        answer.error.CopyFrom(types.Error(**told))
