"""A service contract: one class from which the client proxy, the server's dispatch and the help all come."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    cast,
    get_type_hints,
    overload,
)

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from carservices.bus.errors import CallError

if TYPE_CHECKING:  # an app's process uses contracts too, and carries no bus
    from carservices.bus import Car

M = TypeVar("M")
P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)


def call(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Mark a method of a contract as a call that clients may make."""
    method.__dict__["is_call"] = True
    return method


class Closable(Protocol):
    """An interest in a stream, until it is closed."""

    async def close(self) -> None: ...


class Caller(Protocol):
    """What a proxy needs of a connection: `carservices.bus.Car`, or an app's view of the car."""

    async def call(self, target: str, method: str, params: Any = None, timeout: float = 10.0) -> Any: ...
    async def watch_topic(self, topic: str, on_state: Callable[[Any], None]) -> Closable: ...
    async def last(self, topic: str) -> Any: ...


class CallSpec:
    """One call: how its parameters and its result go over the wire."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = function.__name__
        self.signature = inspect.signature(function)
        self.help = inspect.getdoc(function) or ""
        hints = get_type_hints(function, include_extras=True)
        fields: dict[str, Any] = {
            name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in self.signature.parameters.items()
            if name != "self"
        }
        self.parameters: type[BaseModel] = create_model(
            f"{function.__qualname__}Parameters", __config__=ConfigDict(extra="ignore"), **fields
        )
        self.result: TypeAdapter[Any] = TypeAdapter(hints["return"])

    def pack(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        bound = self.signature.bind(None, *args, **kwargs).arguments
        del bound["self"]
        return self.parameters(**bound).model_dump(mode="json", exclude_unset=True)

    def unpack(self, parameters: Any) -> dict[str, Any]:
        model = self.parameters.model_validate(parameters)
        return {name: getattr(model, name) for name in type(model).model_fields}


class BoundStream(Generic[M]):
    """A stream of state on one side of the bus: a topic whose last value every newcomer gets at once."""

    def __init__(self, car: "Car", topic: str, adapter: TypeAdapter[M]) -> None:
        self._car = car
        self._topic = topic
        self._adapter = adapter

    def publish(self, state: M) -> None:
        """Say the new state; the service's side."""
        self._car.publish(self._topic, self._adapter.dump_python(state, mode="json"))

    async def watch(self, on_state: Callable[[M | None], None]) -> Closable:
        """Call back with the last state at once and with each new one; None while the service is away."""
        return await self._car.watch_topic(self._topic, lambda raw: on_state(self._load(raw)))

    async def last(self) -> M | None:
        """The last state, None when the service is away or has said nothing yet."""
        return self._load(await self._car.last(self._topic))

    def _load(self, raw: Any) -> M | None:
        return None if raw is None else self._adapter.validate_python(raw)


class Stream(Generic[M]):
    """Declares a stream of a contract: ``state = Stream(DrivingState)`` becomes the topic ``driving.state``."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self.adapter: TypeAdapter[M] = TypeAdapter(model)

    def __set_name__(self, owner: "type[Contract]", name: str) -> None:
        self.owner = owner
        self.name = name

    @overload
    def __get__(self, contract: None, owner: type) -> Self: ...
    @overload
    def __get__(self, contract: "Contract", owner: type) -> BoundStream[M]: ...
    def __get__(self, contract: "Contract | None", owner: type) -> "Self | BoundStream[M]":
        if contract is None:
            return self
        return BoundStream(contract.car, f"{contract.name}.{self.name}", self.adapter)


class Contract:
    """Base of every service contract: methods marked `call` are calls, `Stream` attributes are topics.

    A client gets a proxy (`Car.service`), a service subclasses the contract and overrides the calls.
    """

    name: ClassVar[str]
    calls: ClassVar[dict[str, CallSpec]] = {}
    car: "Car"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {k: CallSpec(f) for k, f in vars(cls).items() if getattr(f, "is_call", False)}
        cls.calls = {**cls.calls, **own}

    async def start(self) -> None:
        """Called once connected, before the service takes calls."""

    async def run(self) -> None:
        """What goes on beside the calls until the service is stopped; when it fails the service starts anew."""
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Called before the connection closes."""

    @classmethod
    def proxy(cls, car: Caller) -> Self:
        """The client's side: each call travels to the service."""
        remote = {name: _remote(spec) for name, spec in cls.calls.items()}
        proxy: Self = type(f"{cls.__name__}Proxy", (cls,), remote)()
        proxy.car = cast("Car", car)
        return proxy

    async def dispatch(self, method: str, parameters: Any) -> Any:
        """The server's side: validate, run, and turn every failure into a `CallError`."""
        spec = self.calls.get(method)
        if spec is None:
            raise CallError("UNSUPPORTED", f"{self.name} has no call '{method}'; it has {', '.join(self.calls)}")
        try:
            arguments = spec.unpack(parameters)
        except ValidationError as error:
            raise CallError("INVALID_ARGUMENT", f"{self.name}.{method}: {_first(error)}") from error
        try:
            result = await getattr(self, method)(**arguments)
            return spec.result.dump_python(result, mode="json", warnings="error")
        except CallError:
            raise
        except Exception as error:
            log.exception("%s.%s failed", self.name, method)
            raise CallError("INTERNAL", f"{self.name}.{method} failed: {error}") from error

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """The contract as data: what `carservices api NAME` prints."""
        from carservices.api.schema import DocumentedSchema  # no process of the car needs it

        streams = {n: s for c in reversed(cls.__mro__) for n, s in vars(c).items() if isinstance(s, Stream)}
        return {
            "name": cls.name,
            "help": inspect.getdoc(cls) or "",
            "calls": {
                name: {
                    "help": spec.help,
                    "signature": str(spec.signature).replace("self, ", "").replace("self", ""),
                    "parameters": spec.parameters.model_json_schema(schema_generator=DocumentedSchema),
                    "result": spec.result.json_schema(schema_generator=DocumentedSchema),
                }
                for name, spec in cls.calls.items()
            },
            "streams": {
                f"{cls.name}.{name}": stream.adapter.json_schema(schema_generator=DocumentedSchema)
                for name, stream in streams.items()
            },
        }


def _remote(spec: CallSpec) -> Callable[..., Awaitable[Any]]:
    async def remote(self: Contract, *args: Any, **kwargs: Any) -> Any:
        try:
            parameters = spec.pack(args, kwargs)
        except (TypeError, ValidationError) as error:
            text = _first(error) if isinstance(error, ValidationError) else str(error)
            raise CallError("INVALID_ARGUMENT", f"{self.name}.{spec.name}: {text}") from error
        return spec.result.validate_python(await self.car.call(self.name, spec.name, parameters))

    remote.__name__ = spec.name
    remote.__doc__ = spec.help
    return remote


def _first(error: ValidationError) -> str:
    """The first thing wrong in one line: where, what, and what came."""
    detail = error.errors()[0]
    where = ".".join(map(str, detail["loc"])) or "parameters"
    return f"{where}: {detail['msg']} (got {detail['input']!r})"
