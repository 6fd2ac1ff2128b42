"""What an app has subscribed to: signals by path and glob, and the values that come for them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from carservices.app.context import Context
from carservices.app.errors import CarError, PermissionMissing
from carservices.app.reactive import Source
from carservices.app.session import Session
from carservices.app.signal import Signal
from carservices.app.wire import Kind, Record
from carservices.signals.globs import GlobSet
from carservices.signals.value import Status

Listener = Callable[[Signal[Any]], object]


class Subscription(Source):
    """One SUBSCRIBE. As a source it changes when signals join it or are denied.

    ``lasting``: kept until it is closed, since code outside of views depends on it.
    """

    def __init__(self, number: int, globs: tuple[str, ...], rate: float | None, listener: Listener | None) -> None:
        super().__init__()
        self.number = number
        self.globs = globs
        self.rate = rate
        self.listener = listener
        self.lasting = listener is not None
        self.signals: dict[str, Signal[Any]] = {}
        self.denied: CarError | None = None
        self.answered = False
        self.missing: set[str] = set()
        """Paths whose first value has not come yet."""

    @property
    def complete(self) -> bool:
        return self.answered and not self.missing


class Subscriptions:
    """All subscriptions of one app; one signal object for each path."""

    def __init__(self, session: Session, context: Context, run: Callable[..., None]) -> None:
        """``run(listener, signal)`` calls a listener so that its failures are the app's."""
        self._session = session
        self._context = context
        self._run = run
        self._by_number: dict[int, Subscription] = {}
        self._by_globs: dict[tuple[tuple[str, ...], float | None], Subscription] = {}
        self._by_index: dict[int, Signal[Any]] = {}
        self._signals: dict[str, Signal[Any]] = {}
        self.on_values: Callable[[], None] = lambda: None
        """Called after each batch of values and each answer."""

    @property
    def complete(self) -> bool:
        """Everything asked for has been answered and has its first values."""
        return all(subscription.complete for subscription in self._by_number.values())

    def signal(self, path: str, rate: float | None, lasting: bool) -> Signal[Any]:
        """The signal of a path, subscribed to unless a set already brings it."""
        signal = self._signals.get(path)
        if signal is None:
            signal = self._signals[path] = Signal(path, self._context)
        if not any(path in s.signals for s in self._by_number.values()):
            self.group((path,), rate, lasting)
        return signal

    def group(self, globs: tuple[str, ...], rate: float | None, lasting: bool) -> Subscription:
        """The subscription to these globs, shared by all who ask alike. Raises GlobError for a malformed one."""
        subscription = self._by_globs.get((globs, rate))
        if subscription is None:
            subscription = self._by_globs[globs, rate] = self.add(globs, rate, None)
        subscription.lasting |= lasting
        return subscription

    def add(self, globs: Sequence[str], rate: float | None, listener: Listener | None) -> Subscription:
        GlobSet(*globs)
        subscription = Subscription(self._session.number(), tuple(globs), rate, listener)
        self._by_number[subscription.number] = subscription
        self._session.send(Kind.SUBSCRIBE, subscription.number, list(globs), rate)
        return subscription

    def remove(self, subscription: Subscription) -> None:
        if self._by_number.pop(subscription.number, None) is None:
            return
        if self._by_globs.get((subscription.globs, subscription.rate)) is subscription:
            del self._by_globs[subscription.globs, subscription.rate]
        self._session.send(Kind.UNSUBSCRIBE, subscription.number)
        kept = {path for other in self._by_number.values() for path in other.signals}
        self._by_index = {index: signal for index, signal in self._by_index.items() if signal.path in kept}
        for path, signal in subscription.signals.items():
            if path not in kept:
                signal.take(None, 0, Status.UNAVAILABLE)

    def keep(self, sources: Iterable[Source]) -> None:
        """Unsubscribe from what no view reads any longer."""
        used = set(sources)
        for subscription in list(self._by_number.values()):
            named = (self._signals.get(glob) for glob in subscription.globs)
            read = {subscription, *subscription.signals.values(), *(s for s in named if s)}
            if not subscription.lasting and used.isdisjoint(read):
                self.remove(subscription)

    def give_up(self) -> None:
        """Do not wait any longer for first values that have not come."""
        for subscription in self._by_number.values():
            subscription.answered = True
            subscription.missing.clear()

    # -- what the host says ------------------------------------------------------------------------------------------

    def granted(self, record: Record) -> None:
        """The answer to a subscription, and again when signals join or a permission was given."""
        number, signals, denied = record.fields
        if (subscription := self._by_number.get(number)) is None:
            return
        subscription.answered = True
        for index, path, config in signals:
            signal = self._signals.get(path)
            if signal is None:
                signal = self._signals[path] = Signal(path, self._context)
            signal.config = dict(config or {})
            signal.deny(None)
            self._by_index[index] = signal
            if path not in subscription.signals:
                subscription.signals[path] = signal
                if signal.t_ns == 0:
                    subscription.missing.add(path)
        subscription.denied = None
        for what, permission, cure in denied:
            reason = PermissionMissing(what, permission, cure) if permission else None
            subscription.denied = reason
            if what in self._signals:
                self._signals[what].deny(reason)
        subscription.changed()
        self.on_values()

    def refused(self, number: int, error: CarError) -> bool:
        """The host does not take a subscription at all; False when it is none of ours."""
        if (subscription := self._by_number.get(number)) is None:
            return False
        subscription.answered = True
        subscription.denied = error
        for glob in subscription.globs:
            if glob in self._signals:
                self._signals[glob].deny(error)
        subscription.changed()
        self.on_values()
        return True

    def values(self, record: Record) -> None:
        """A batch of readings, newest last."""
        for index, value, t_ns, status in record.fields[0]:
            if (signal := self._by_index.get(index)) is None:
                continue
            signal.take(value, t_ns, Status(status))
            for subscription in list(self._by_number.values()):
                if signal.path in subscription.signals:
                    subscription.missing.discard(signal.path)
                    if subscription.listener is not None:
                        self._run(subscription.listener, signal)
        self.on_values()
