"""What one app shows: its newest template, checked strictly, held against rules and quota, and cut for the road."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from carservices.api.appscreen import Card, Cut
from carservices.app.codec import TemplateError, decode
from carservices.app.quota import Quota
from carservices.app.rules import Violation, check
from carservices.apphost.cuts import Rules, Shown, apply

LEAST_PAUSE: Final = 0.02
"""Seconds between two templates of an app that the host looks at; only the newest of those in between counts."""
VERSIONS: Final = 8
"""Templates of one screen whose actions are taken: a tap may be on its way while a newer one comes."""
SHARE: Final = 0.1
"""Of the host's time that the templates of one app may take: a costly one has to wait longer for the next."""


class Offer(NamedTuple):
    """A template as it came."""

    screen: str
    depth: int
    seq: int
    tree: Any


@dataclass(frozen=True, slots=True)
class Picture:
    """What can be shown now: a cut tree, or a card with its sentence."""

    seq: int
    key: str
    depth: int
    tree: Any
    card: Card | None
    error: str | None
    cuts: tuple[Cut, ...]
    images: frozenset[str]


class Stage:
    """``complain`` gets what is against the rules, once for each template that is not shown because of it."""

    def __init__(self, category: str, complain: Callable[[list[Violation]], None]) -> None:
        self._category = category
        self._complain = complain
        self._quota = Quota()
        self._offer: Offer | None = None
        self._accepted: Offer | None = None
        self._refusal: str | None = None
        self._images: frozenset[str] = frozenset()
        self._live: OrderedDict[int, frozenset[int]] = OrderedDict()
        self._live_under: tuple[str, Rules] | None = None
        self._next = 0.0
        self.shown: Picture | None = None
        """What was looked at last."""

    @property
    def step(self) -> int:
        """Of the app's task."""
        return self._quota.step

    @property
    def refusal(self) -> str | None:
        """The rule that the newest template broke."""
        return self._refusal

    def offer(self, offer: Offer) -> None:
        """A new template; it is looked at when the app is in front."""
        self._offer = offer

    def reset(self) -> None:
        """A new task has begun."""
        self._quota.reset()

    def translate(self) -> None:
        """The language is another one."""
        self._quota.translate()

    @property
    def has_content(self) -> bool:
        """Something has been shown, or waits to be."""
        return self._offer is not None or self._accepted is not None or self._refusal is not None

    @property
    def depth(self) -> int:
        """Of the app's stack; 1 is its root screen."""
        return self._accepted.depth if self._accepted is not None else 1

    def wait(self, now: float) -> float:
        """Seconds until the newest template may be looked at."""
        return max(0.0, self._next - now)

    def picture(self, rules: Rules) -> Picture | None:
        """Look at the newest template, if there is one, and cut what is shown; None before there is anything."""
        self.shown = self._shown(rules)
        return self.shown

    def _shown(self, rules: Rules) -> Picture | None:
        if self._offer is not None:
            began = time.perf_counter()
            offer, self._offer = self._offer, None
            self._look(offer)
            self._next = time.monotonic() + max(LEAST_PAUSE, (time.perf_counter() - began) / SHARE)
        if self._refusal is not None:
            return self._card(Card.REFUSED, self._refusal, ())
        if self._accepted is None:
            return None
        shown = apply(self._accepted.tree, self._accepted.depth, rules)
        self._keep_alive(self._accepted, shown.actions, rules)
        if shown.tree is None:
            return self._card(Card.PARKED_ONLY, None, shown.cuts)
        return self._picture(self._accepted, shown)

    def _look(self, offer: Offer) -> None:
        try:
            template = decode(offer.tree)
            violations = check(template, self._category)
            violations += self._quota.send(offer.screen, offer.depth, template).violations
        except TemplateError as error:
            violations = [Violation("template", error.place, error.problem)]
        if violations:
            self._refusal = str(violations[0])
            self._live.clear()
            self._complain(violations)
        else:
            self._refusal = None
            self._accepted = offer
            self._images = frozenset(_images(offer.tree))

    def _picture(self, offer: Offer, shown: Shown) -> Picture:
        return Picture(offer.seq, offer.screen, offer.depth, shown.tree, None, None, shown.cuts, self._images)

    def _card(self, card: Card, error: str | None, cuts: tuple[Cut, ...]) -> Picture:
        last = self._accepted or Offer("", 1, 0, None)
        return Picture(last.seq, last.screen, last.depth, None, card, error, cuts, frozenset())

    def accepts(self, seq: int, action: int) -> bool | None:
        """Whether this action can be taken now; None when its template is no longer there."""
        return action in self._live[seq] if seq in self._live else None

    def _keep_alive(self, offer: Offer, actions: frozenset[int], rules: Rules) -> None:
        """The actions of the last versions of this screen, as long as the same restrictions hold."""
        if self._live_under != (offer.screen, rules):
            self._live.clear()
            self._live_under = (offer.screen, rules)
        self._live[offer.seq] = actions
        while len(self._live) > VERSIONS:
            self._live.popitem(last=False)


def _images(tree: Any) -> set[str]:
    """The ids of all images in a tree that the codec has checked."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            if len(node) == 2 and node[0] == "Image" and isinstance(node[1], dict):
                found.add(node[1]["id"])
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
    return found
