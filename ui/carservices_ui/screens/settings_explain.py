"""Why a restriction is in force, or not, in the driver's language: from the driving state and the rules behind it."""

from collections.abc import Sequence

from carservices.api.driving import DrivingState, Motion, Outcome, Restriction
from carservices_ui.i18n import t


def explain(restriction: Restriction, state: DrivingState, rules: Sequence[Outcome]) -> str:
    """Whether it is in force and why, then in which driving states it would not be, or would; no rules, no then."""
    held = bool(state.restrictions & restriction)
    cause = t(f"cause.{state.cause.value}")
    words = t("explain.held" if held else "explain.free", cause=cause)
    others = [
        motion for motion in Motion if motion is not state.motion and (held_in(restriction, motion, rules) is not held)
    ]
    named = [motion for motion in others if held_in(restriction, motion, rules) is not None]
    if not named:
        return words
    states = ", ".join(t(f"motion.{motion.value}") for motion in named)
    return f"{words} {t('explain.free_when' if held else 'explain.held_when', states=states)}"


def held_in(restriction: Restriction, motion: Motion, rules: Sequence[Outcome]) -> bool | None:
    """Whether the rules hold it in any speed range of a driving state; None when they do not speak of that state."""
    found = [rule.in_force for rule in rules if rule.motion is motion and rule.restriction == restriction]
    return any(found) if found else None
