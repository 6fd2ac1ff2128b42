"""What one app may do now: its manifest, the rules, and the decisions of the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from carservices.api.permissions import Decision, Level, Permission
from carservices.app.hosts import is_listed
from carservices.apphost.grants import Grants
from carservices.apphost.permissions import Need, RuleBook
from carservices.apphost.usage import UsageLog
from carservices.signals.globs import GlobSet

NETWORK = "network:"


class Why(StrEnum):
    """Why something is refused."""

    UNDECLARED = "undeclared"
    """The manifest does not ask for it."""
    NEVER = "never"
    """No app gets it, or only parts of the car do."""
    REFUSED = "refused"
    """The person said no."""
    UNDECIDED = "undecided"
    """The person has not been asked yet."""


@dataclass(frozen=True, slots=True)
class Denial:
    """A refusal: the permission (or manifest scope) that is missing, why, and what would cure it."""

    permission: str
    why: Why
    cure: str


class Access:
    """Judges the requests of one app. Each scope of the manifest comes with the app's reason for it, by language."""

    def __init__(
        self,
        app: str,
        scopes: Mapping[str, dict[str, str]],
        book: RuleBook,
        grants: Grants,
        usage: UsageLog,
        *,
        builtin: bool,
    ) -> None:
        self.app = app
        self.builtin = builtin
        self._scopes = dict(scopes)
        self._book = book
        self._grants = grants
        self._usage = usage
        self._read = _globs(scopes, "read")
        self._actuate = _globs(scopes, "actuate")
        self._provide = _globs(scopes, "provide")
        self._used: set[str] = set()
        self._refused: set[str] = set()
        self._wanted: dict[str, list[str]] = {}
        for scope in scopes:
            for permission in book.wanted(scope):
                self._wanted.setdefault(permission, []).append(scope)

    # -- judging -----------------------------------------------------------------------------------------------------

    def read(self, path: str) -> Denial | None:
        """None when the app may read this signal now."""
        return self._judge(f"read:{path}", path in self._read, self._book.read(path))

    def write(self, path: str) -> Denial | None:
        """None when the app may set this signal now."""
        return self._judge(f"actuate:{path}", path in self._actuate, self._book.write(path))

    def provide(self, path: str) -> Denial | None:
        """None when the app may be the source of this signal now."""
        return self._judge(f"provide:{path}", path in self._provide, self._book.provide(path))

    def stream(self, name: str) -> Denial | None:
        """None when the app may watch ``service.stream`` now."""
        return self._judge(f"read:{name}", name in self._read, self._book.stream(name))

    def call(self, name: str) -> Denial | None:
        """None when the app may call ``service.method`` now."""
        scope = f"call:{name}"
        return self._judge(scope, scope in self._scopes, self._book.call(name))

    def special(self, scope: str) -> Denial | None:
        """None when the app has ``network:host`` or ``files:music`` now."""
        return self._judge(scope, scope in self._scopes, Need(all_of=(scope,)))

    def host(self, host: str, port: int) -> Denial | None:
        """None when the app may reach this host now."""
        for scope in self._scopes:
            if scope.startswith(NETWORK) and is_listed((scope.removeprefix(NETWORK),), host, port):
                return self.special(scope)
        return Denial(f"{NETWORK}{host}", Why.UNDECLARED, f'add "{host}" to hosts in app.toml')

    def _judge(self, scope: str, declared: bool, need: Need) -> Denial | None:
        if not need.names:
            return Denial(scope, Why.NEVER, f"no app may have '{scope}'")
        if not declared:
            return Denial(scope, Why.UNDECLARED, f'add "{scope}" = "why you need it" to [permissions] in app.toml')
        decisions = {name: self.decision(name) for name in need.names}
        held = [name for name, decision in decisions.items() if decision is Decision.GRANTED]
        if need.met(held):
            self._used.update(need.all_of or held[:1])
            return None
        denial = self._worst(decisions, is_any=bool(need.any_of))
        self._refused.add(denial.permission)
        return denial

    def _worst(self, decisions: Mapping[str, Decision], *, is_any: bool) -> Denial:
        """What stands in the way: for `any_of` the one that is nearest to a yes, else the one that is farthest."""
        order = (Decision.ASK, Decision.DENIED, Decision.NEVER)
        for decision in order if is_any else reversed(order):
            for name, this in decisions.items():
                if this is decision:
                    return self._denial(name, decision)
        raise AssertionError("an expression that is not met lacks a permission")

    def _denial(self, name: str, decision: Decision) -> Denial:
        if decision is Decision.NEVER:
            return Denial(name, Why.NEVER, f"only apps that are part of the car may have '{name}'")
        if decision is Decision.DENIED:
            return Denial(name, Why.REFUSED, f"the person has refused '{name}': it can be allowed on the app's page")
        return Denial(name, Why.UNDECIDED, f"the person is asked for '{name}' while the car is parked")

    def count_uses(self) -> None:
        """A request has been judged to its end: each permission it took or lacked counts once in the use log."""
        for name in self._used:
            self._usage.count(self.app, name)
        for name in self._refused:
            self._usage.count(self.app, name, denied=True)
        self._used.clear()
        self._refused.clear()

    # -- the permissions themselves ----------------------------------------------------------------------------------

    def decision(self, permission: str) -> Decision:
        """How a permission that the manifest asks for stands."""
        level = self._book.level(permission)
        if level is Level.NORMAL or (level is Level.SIGNATURE and self.builtin):
            return Decision.GRANTED
        if level is Level.SIGNATURE:
            return Decision.NEVER
        decided = self._grants.decided(self.app, permission)
        return Decision.ASK if decided is None else Decision.GRANTED if decided else Decision.DENIED

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every permission the manifest asks for."""
        return tuple(self._wanted)

    @property
    def granted(self) -> tuple[str, ...]:
        return tuple(name for name in self._wanted if self.decision(name) is Decision.GRANTED)

    def describe(self, permission: str) -> Permission:
        """For the person. Raises KeyError for one that the manifest does not ask for."""
        scopes = self._wanted[permission]
        reasons = [self._scopes[scope] for scope in scopes]
        today = self._usage.today(self.app, permission)
        entry = self._book.entry(permission)
        return Permission(
            id=permission,
            level=entry.level,
            group=entry.group,
            sentence=self._book.sentence(permission),
            reasons=tuple(reason for number, reason in enumerate(reasons) if reason and reason not in reasons[:number]),
            scopes=tuple(scopes),
            decision=self.decision(permission),
            used_today=today.used,
            last_used=today.last,
        )


def _globs(scopes: Iterable[str], kind: str) -> GlobSet:
    return GlobSet(*(what for scope in scopes for name, _, what in [scope.partition(":")] if name == kind))
