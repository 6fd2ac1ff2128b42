"""Maneuvers on the glass: the arrow and the words of each kind."""

from carservices.api.routes import ManeuverKind as Kind
from carservices.api.routes import Turn
from carservices_ui.i18n import t

ICONS = {
    Kind.START: "near_me",
    Kind.CONTINUE: "straight",
    Kind.BECOMES: "straight",
    Kind.SLIGHT_RIGHT: "turn_slight_right",
    Kind.RIGHT: "turn_right",
    Kind.SHARP_RIGHT: "turn_sharp_right",
    Kind.SLIGHT_LEFT: "turn_slight_left",
    Kind.LEFT: "turn_left",
    Kind.SHARP_LEFT: "turn_sharp_left",
    Kind.UTURN_RIGHT: "u_turn_right",
    Kind.UTURN_LEFT: "u_turn_left",
    Kind.RAMP_STRAIGHT: "straight",
    Kind.RAMP_RIGHT: "ramp_right",
    Kind.RAMP_LEFT: "ramp_left",
    Kind.EXIT_RIGHT: "ramp_right",
    Kind.EXIT_LEFT: "ramp_left",
    Kind.STAY_STRAIGHT: "straight",
    Kind.STAY_RIGHT: "fork_right",
    Kind.STAY_LEFT: "fork_left",
    Kind.MERGE: "merge",
    Kind.MERGE_RIGHT: "merge",
    Kind.MERGE_LEFT: "merge",
    Kind.ROUNDABOUT_ENTER: "roundabout_right",
    Kind.ROUNDABOUT_EXIT: "roundabout_right",
    Kind.FERRY_ENTER: "directions_boat",
    Kind.FERRY_EXIT: "directions_boat",
    Kind.WAYPOINT: "location_on",
    Kind.DESTINATION: "flag",
    Kind.DESTINATION_RIGHT: "flag",
    Kind.DESTINATION_LEFT: "flag",
}


def icon_of(turn: Turn) -> str:
    """The name of its icon."""
    return ICONS[turn.kind]


def words_of(turn: Turn) -> str:
    """What to do, and onto which road: ``Turn right · Ring 1``."""
    if turn.kind is Kind.ROUNDABOUT_ENTER and turn.roundabout_exit is not None:
        words = t("nav.turn_roundabout", n=turn.roundabout_exit)
    elif turn.exit is not None and turn.kind in (Kind.EXIT_LEFT, Kind.EXIT_RIGHT):
        words = t("nav.turn_exit_number", exit=turn.exit)
    else:
        words = t(f"nav.turn_{turn.kind.value}")
    onto = turn.street or turn.sign
    return f"{words}  ·  {onto}" if onto else words
