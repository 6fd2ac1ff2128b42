"""The car as an app sees it: `self.car`, with signals to read, watch and set, and services to call and follow."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar, cast

from carservices.app.context import Context
from carservices.app.errors import CallError, PermissionMissing, SetFailed
from carservices.app.reactive import Source, Tracker
from carservices.app.session import Session, explained
from carservices.app.signal import Signal, SignalSet
from carservices.app.subscriptions import Listener, Subscription, Subscriptions
from carservices.app.wire import Kind, Record
from carservices.app.words import word
from carservices.signals.units import convert
from carservices.signals.value import Code, Datum, Status, Value

if TYPE_CHECKING:
    from carservices.api import Stream

T = TypeVar("T")
M = TypeVar("M")

PARTS: Final[dict[str, str]] = {
    "tyres": "Vehicle.Chassis.Axle.*.Wheel.*.Tire.Pressure",
    "doors": "Vehicle.Cabin.Door.*.*.IsOpen",
    "windows": "Vehicle.Cabin.Door.*.*.Window.Position",
    "seat_heating": "Vehicle.Cabin.Seat.*.*.HeatingCooling",
}
"""What stands at several places of the car: name → glob; the levels at the stars say where (VSS 6.0 instances)."""
SET_TIMEOUT: Final = 10.0


class Proxied(Protocol):
    """The client's side of a contract."""

    @classmethod
    def proxy(cls, car: Any) -> Self: ...


ProxiedT = TypeVar("ProxiedT", bound=Proxied)


class Watch:
    """An interest in signals or a stream outside of views, until it is closed."""

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        """End it at once."""
        self._close()


class Sent:
    """A command that the car has taken."""

    def __init__(self, path: str, confirmation: "asyncio.Future[Value]") -> None:
        self.path = path
        self._confirmation = confirmation

    async def confirmed(self) -> Value:
        """Wait for the event by which the car shows that it happened. Raises SetFailed."""
        return await asyncio.shield(self._confirmation)


class _State(Source):
    """The last state of a service's stream."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.raw: Any = None
        self.denied: Exception | None = None
        self.listeners: list[Callable[[Any], object]] = []
        self.first = asyncio.get_running_loop().create_future()


class Car:
    """`self.car`. What a view reads here makes it again when it changes; subscriptions come and go by themselves."""

    def __init__(self, session: Session, context: Context, run: Callable[..., None], rate: float | None) -> None:
        self._session = session
        self._context = context
        self._run = run
        self._rate = rate
        self._subscriptions = Subscriptions(session, context, run)
        self._commands: dict[int, tuple[str, asyncio.Future[Value]]] = {}
        self._states: dict[tuple[str, str], _State] = {}
        self._proxies: dict[type[Any], Any] = {}

    # -- signals -----------------------------------------------------------------------------------------------------

    def __getitem__(self, path: str) -> Signal[Any]:
        """The signal of a VSS path: ``self.car["Vehicle.Speed"].value``."""
        return self._subscriptions.signal(path, self._rate, lasting=Tracker.current is None)

    def signal(self, path: str, kind: type[T]) -> Signal[T]:
        """The same with a type: ``self.car.signal("Vehicle.Speed", float).value`` is ``float | None``."""
        signal = self[path]
        signal.expect(kind)
        return cast(Signal[T], signal)

    def all(self, *globs: str) -> SignalSet:
        """The signals that match, by path: ``self.car.all("Vehicle.Chassis.Axle.**.Pressure")``.

        Raises PermissionMissing when all that match are denied, GlobError for a malformed glob.
        """
        group = self._subscriptions.group(globs, self._rate, lasting=Tracker.current is None)
        group.read()
        if group.denied is not None and not group.signals:
            raise group.denied
        return SignalSet([group.signals[path] for path in sorted(group.signals)])

    def parts(self, name: str) -> list[tuple[str, Signal[Any]]]:
        """Where each one is, in the person's language, and its signal; the names are those of `PARTS`."""
        levels = [i for i, level in enumerate(PARTS[name].split(".")) if level == "*"]
        found = []
        for signal in self.all(PARTS[name]):
            place = ".".join(signal.path.split(".")[i] for i in levels)
            found.append((word(self._context.language, place), signal))
        return found

    def tyres(self) -> list[tuple[str, Signal[Any]]]:
        """The pressure of each tyre (kPa), with its place: ``("Front left", …)``."""
        return self.parts("tyres")

    async def get(self, path: str) -> Value:
        """One reading now; its status says whether it can be used. Raises PermissionMissing, CallError NOT_FOUND."""
        answer = await self._session.request(Kind.GET, path, what=f"reading {path}")
        value, t_ns, status = answer[:3]
        return Value(path, value, t_ns, Status(status))

    def watch(self, globs: str | Sequence[str], on_value: Listener, rate: float | None = None) -> Watch:
        """Call back with each signal that has a new value, at most ``rate`` times a second each."""
        chosen = (globs,) if isinstance(globs, str) else tuple(globs)
        subscription: Subscription = self._subscriptions.add(chosen, rate, on_value)
        return Watch(lambda: self._subscriptions.remove(subscription))

    async def set(self, path: str, value: Datum, unit: str | None = None) -> Sent:
        """Send a command, in ``unit`` if it is not the signal's own; returns once the car has taken it.

        Raises PermissionMissing, and SetFailed with the reason when it is refused.
        """
        if unit is not None:
            config = self[path].config
            if not config.get("unit"):
                raise SetFailed(path, Code.NOT_AVAILABLE, "its unit is not known yet")
            value = convert(float(cast(float, value)), unit, str(config["unit"]))
        number = self._session.number()
        confirmation: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        confirmation.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._commands[number] = (path, confirmation)
        accepted = self._session.expect(number)
        self._session.send(Kind.SET, number, path, value)
        try:
            await asyncio.wait_for(accepted, SET_TIMEOUT)
        except TimeoutError:
            self._commands.pop(number, None)
            raise SetFailed(path, Code.TRY_AGAIN, f"no answer within {SET_TIMEOUT:g} s") from None
        except CallError as error:
            self._commands.pop(number, None)
            raise self._refused(path, error) from None
        return Sent(path, confirmation)

    async def provide(self, path: str, value: Datum | None) -> None:
        """Be the source of a signal that the car itself does not have.

        In the signal's own unit; None: there is no value now. At most ten values a second of each signal reach the
        car, the newest; all are unavailable when the app ends or is frozen. Raises PermissionMissing, and CallError
        ALREADY_EXISTS when the car or another app is the source, INVALID_ARGUMENT for what is no value of it.
        """
        await self._session.request(Kind.PROVIDE, path, value, what=f"providing {path}")

    def _refused(self, path: str, error: CallError) -> PermissionMissing | SetFailed:
        known = explained(error, f"setting {path}")
        if isinstance(known, PermissionMissing):
            return known
        code = Code.__members__.get(error.code) or error.status(Code.NOT_AVAILABLE)
        return SetFailed(path, code, error.message, error.details.get("blocking"))

    # -- services ----------------------------------------------------------------------------------------------------

    def service(self, contract: type[ProxiedT]) -> ProxiedT:
        """A typed proxy of a service: ``await self.car.service(Energy).reset()``."""
        if contract not in self._proxies:
            self._proxies[contract] = contract.proxy(self)
        proxy: ProxiedT = self._proxies[contract]
        return proxy

    def state(self, stream: "Stream[M]") -> "M | None":
        """The last state of a service's stream, None while nothing was said: ``self.car.state(Energy.trip)``.

        Raises PermissionMissing when the app may not follow it.
        """
        raw = self.raw_state(f"{stream.owner.name}.{stream.name}")
        return None if raw is None else stream.adapter.validate_python(raw)

    def raw_state(self, topic: str) -> Any:
        """The same as plain data: ``self.car.raw_state("energy.trip")``. Raises PermissionMissing."""
        state = self._follow(*topic.rsplit(".", 1))
        state.read()
        if state.denied is not None:
            raise state.denied
        return state.raw

    async def call(self, target: str, method: str, params: Any = None, timeout: float = 10.0) -> Any:
        """An untyped call; `service` gives the typed one. Raises PermissionMissing, CallError."""
        what = f"calling {target}.{method}"
        return await self._session.request(Kind.CALL, target, method, params or {}, what=what, timeout=timeout)

    async def watch_topic(self, topic: str, on_state: Callable[[Any], object]) -> Watch:
        """Call back with the last state of a stream at once and with each new one; None while nobody says it."""
        state = self._follow(*topic.rsplit(".", 1))
        state.listeners.append(on_state)
        if state.first.done():
            self._run(on_state, state.raw)
        return Watch(lambda: state.listeners.remove(on_state))

    async def last(self, topic: str) -> Any:
        """The last state of a stream; None when nothing was said."""
        state = self._follow(*topic.rsplit(".", 1))
        await asyncio.shield(state.first)
        if state.denied is not None:
            raise state.denied
        return state.raw

    def _follow(self, service: str, stream: str) -> _State:
        state = self._states.get((service, stream))
        if state is None:
            state = self._states[service, stream] = _State(self._session.number())
            self._session.send(Kind.WATCH, state.number, service, stream)
        return state

    # -- for the runtime ---------------------------------------------------------------------------------------------

    @property
    def complete(self) -> bool:
        """What the views have asked for has come."""
        return self._subscriptions.complete and all(state.first.done() for state in self._states.values())

    def give_up(self) -> None:
        """Do not wait any longer for what has not come."""
        self._subscriptions.give_up()
        for state in self._states.values():
            if not state.first.done():
                state.first.set_result(None)

    def on_values(self, callback: Callable[[], None]) -> None:
        """Call back after each batch of values and each answer."""
        self._subscriptions.on_values = callback

    def keep(self, sources: Iterable[Source]) -> None:
        """Unsubscribe from signals that are not among these."""
        self._subscriptions.keep(sources)

    def take(self, record: Record) -> bool:
        """Use a record that is about the car; False when it is not."""
        match record.kind:
            case Kind.GRANTED:
                self._subscriptions.granted(record)
            case Kind.VALUES:
                self._subscriptions.values(record)
            case Kind.STREAM:
                self._said(*record.fields)
            case Kind.CONFIRMED:
                self._confirmed(*record.fields)
            case Kind.ERROR:
                return self._failed(*record.fields)
            case _:
                return False
        return True

    def _said(self, number: int, raw: Any) -> None:
        state = next((s for s in self._states.values() if s.number == number), None)
        if state is not None:
            state.raw, state.denied = raw, None
            self._first(state)
            for listener in list(state.listeners):
                self._run(listener, raw)

    def _first(self, state: _State) -> None:
        if not state.first.done():
            state.first.set_result(None)
        state.changed()
        self._subscriptions.on_values()

    def _confirmed(self, number: int, value: Any) -> None:
        path, confirmation = self._commands.pop(number, ("", None))
        if confirmation is not None and not confirmation.done():
            confirmation.set_result(Value(path, value, 0))

    def _failed(self, number: int, code: str, message: str, details: Any) -> bool:
        error = CallError(code, message, details)
        if number in self._commands:
            path, confirmation = self._commands.pop(number)
            if not confirmation.done():
                confirmation.set_exception(self._refused(path, error))
            return True
        for (service, stream), state in self._states.items():
            if state.number == number:
                state.denied = explained(error, f"following {service}.{stream}")
                self._first(state)
                return True
        return self._subscriptions.refused(number, error)
