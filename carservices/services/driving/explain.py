"""Says in a sentence why a restriction is in force, or not, and what would lift it."""

from carservices.api.driving import Cause, Motion, Restriction
from carservices.services.driving.inference import REASONS, Assessment
from carservices.services.driving.rules import Rules

SUBJECTS = {
    Restriction.NO_DIALPAD: ("The dial pad is", "locked", "available"),
    Restriction.NO_FILTERING: ("Searching and filtering lists is", "locked", "available"),
    Restriction.LIMIT_STRING_LENGTH: ("Long text is", "cut", "shown in full"),
    Restriction.NO_KEYBOARD: ("The keyboard is", "locked", "available"),
    Restriction.NO_VIDEO: ("Video is", "off", "available"),
    Restriction.LIMIT_CONTENT: ("Long lists are", "cut", "shown in full"),
    Restriction.NO_SETUP: ("Setting things up is", "locked", "available"),
    Restriction.NO_TEXT_MESSAGE: ("The text of messages is", "hidden", "shown"),
    Restriction.NO_VOICE_TRANSCRIPTION: ("Transcripts of speech are", "hidden", "shown"),
}
MISSING = {
    Cause.GEAR_UNKNOWN: "It ends when the car reports its gear again.",
    Cause.SPEED_UNKNOWN: "It ends when the car reports its speed again.",
}


def explain(restriction: Restriction, now: Assessment, rules: Rules) -> str:
    """One or two English sentences; a combination of bits is said bit by bit."""
    return " ".join(_explain_one(subject, now, rules) for subject in SUBJECTS if subject in restriction)


def _explain_one(restriction: Restriction, now: Assessment, rules: Rules) -> str:
    subject, restricted, free = SUBJECTS[restriction]
    why = REASONS[now.cause]
    why = why[0].lower() + why[1:]
    if restriction not in now.allowance.restrictions:
        return f"{subject} {free}: {why}."
    return f"{subject} {restricted} because {why}. {_cure(restriction, now.cause, rules)}"


def _cure(restriction: Restriction, cause: Cause, rules: Rules) -> str:
    if cause in MISSING:
        return MISSING[cause]
    if cause is Cause.RULES_UNUSABLE:
        return f"It ends when the rules are repaired: {rules.problem}."
    if restriction not in rules.allowance(Motion.IDLING, 0.0).restrictions:
        return "It ends when the car stops."
    if restriction not in rules.allowance(Motion.PARKED, 0.0).restrictions:
        return "It ends when the car is parked."
    return "The rules of this car never lift it."
