"""The driving state as AAOS infers it, and restrictions that only ever fail closed."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.driving import Cause, Motion, Restriction
from carservices.services.driving.explain import SUBJECTS, explain
from carservices.services.driving.inference import PARK, Inputs, assess, infer
from carservices.services.driving.rulebook import RuleBook
from carservices.services.driving.rules import PACKAGED, SINGLE, Rules, RulesError

SHIPPED = Rules.parse(PACKAGED.read_text())
STEPS = """
string_length = 40
cumulative_items = 10
depth = 2
parked = [{restrictions = [], optimized_only = false}]
idling = [{restrictions = ["NO_VIDEO"], optimized_only = true}]
moving = [
    {from_speed = 0, restrictions = ["NO_VIDEO", "NO_SETUP"], optimized_only = true},
    {from_speed = 2.5, restrictions = ["NO_VIDEO", "NO_SETUP", "NO_KEYBOARD"], optimized_only = true},
]
"""
FULL = Restriction.FULLY_RESTRICTED
DRIVE, NEUTRAL = 127, 0


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (Inputs(gear=PARK, speed=0.0), (Motion.PARKED, Cause.GEAR_IN_PARK)),
        (Inputs(gear=PARK, speed=3.0), (Motion.PARKED, Cause.GEAR_IN_PARK)),
        (Inputs(gear=PARK), (Motion.PARKED, Cause.GEAR_IN_PARK)),
        (Inputs(gear=DRIVE, speed=0.0), (Motion.IDLING, Cause.STANDING)),
        (Inputs(gear=DRIVE, speed=0.0, parking_brake=True), (Motion.IDLING, Cause.STANDING)),
        (Inputs(gear=NEUTRAL, speed=0.0, parking_brake=True, has_park=False), (Motion.PARKED, Cause.PARKING_BRAKE)),
        (Inputs(gear=NEUTRAL, speed=0.0, parking_brake=False, has_park=False), (Motion.IDLING, Cause.STANDING)),
        (Inputs(gear=NEUTRAL, speed=0.0, has_park=False), (Motion.IDLING, Cause.STANDING)),
        (Inputs(gear=DRIVE, speed=0.01), (Motion.MOVING, Cause.MOVING)),
        (Inputs(gear=-1, speed=-1.0), (Motion.MOVING, Cause.MOVING)),
        (Inputs(speed=0.0), (Motion.IDLING, Cause.STANDING)),
        (Inputs(gear=DRIVE), (Motion.UNKNOWN, Cause.SPEED_UNKNOWN)),
        (Inputs(gear=DRIVE, ignition="ON"), (Motion.UNKNOWN, Cause.SPEED_UNKNOWN)),
        (Inputs(gear=DRIVE, ignition="OFF"), (Motion.PARKED, Cause.SWITCHED_OFF)),
        (Inputs(ignition="ACC"), (Motion.PARKED, Cause.SWITCHED_OFF)),
        (Inputs(), (Motion.UNKNOWN, Cause.SPEED_UNKNOWN)),
    ],
)
def test_driving_state(inputs, expected):
    assert infer(inputs) == expected


@pytest.mark.parametrize(
    ("inputs", "restrictions", "optimized_only"),
    [
        (Inputs(gear=PARK, speed=0.0), Restriction.BASELINE, False),
        (Inputs(gear=DRIVE, speed=0.0), Restriction.BASELINE, True),
        (Inputs(gear=DRIVE, speed=0.1), FULL, True),
        (Inputs(gear=DRIVE, speed=50.0), FULL, True),
    ],
)
def test_shipped_rules(inputs, restrictions, optimized_only):
    allowance = assess(inputs, SHIPPED).allowance
    assert (allowance.restrictions, allowance.optimized_only) == (restrictions, optimized_only)


@pytest.mark.parametrize(("speed", "keyboard"), [(2.4999, False), (2.5, True), (-2.5, True)])
def test_ranges_are_half_open_and_reversing_counts_like_going_forward(speed, keyboard):
    now = assess(Inputs(gear=DRIVE, speed=speed), Rules.parse(STEPS))
    assert (Restriction.NO_KEYBOARD in now.allowance.restrictions) is keyboard


numbers = st.one_of(st.none(), st.floats())
inputs = st.builds(
    Inputs,
    gear=st.sampled_from([None, PARK, DRIVE, NEUTRAL, -1]),
    speed=numbers,
    parking_brake=st.sampled_from([None, False, True]),
    ignition=st.sampled_from([None, "OFF", "ACC", "ON"]),
    has_park=st.booleans(),
)


@given(inputs, st.sampled_from([SHIPPED, Rules.parse(STEPS), Rules.fully_restricted("broken")]))
def test_nothing_is_allowed_without_gear_speed_and_rules(given_inputs, rules):
    speed = given_inputs.speed
    known = given_inputs.gear is not None and speed is not None and abs(speed) < float("inf")
    now = assess(given_inputs, rules)
    if not known or rules.problem:
        assert now.allowance.restrictions is FULL
        assert now.allowance.optimized_only
        assert now.reason.endswith("so everything is restricted.")


restriction_sets = st.lists(st.sampled_from(SINGLE), max_size=4).map(lambda bits: sum(bits, Restriction(0)))


@st.composite
def monotone_documents(draw):
    """Rules whose ranges add restrictions one after another."""
    later = [("moving", speed) for speed in sorted(draw(st.sets(st.integers(1, 60), max_size=3)))]
    held = Restriction.BASELINE
    document = "string_length = 1\ncumulative_items = 1\ndepth = 1\n"
    optimized = False
    for state, speed in [("parked", 0), ("idling", 0), ("moving", 0), *later]:
        held |= draw(restriction_sets)
        names = [bit.name for bit in SINGLE if bit in held]
        optimized = optimized or bool(held) or draw(st.booleans())
        document += f"[[{state}]]\nfrom_speed = {speed}\nrestrictions = {names}\n"
        document += f"optimized_only = {str(optimized).lower()}\n"
    return document


speeds = st.floats(0, 100)


@given(speeds, speeds, monotone_documents())
def test_more_speed_is_never_less_restricted(one, other, document):
    slow, fast = sorted((one, other))
    rules = Rules.parse(document)
    allowances = [assess(Inputs(gear=DRIVE, speed=speed), rules).allowance for speed in (slow, fast)]
    assert allowances[1].no_looser_than(allowances[0])


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("string_length =", "not TOML"),
        ("", "string_length: Field required"),
        (STEPS.replace("NO_SETUP", "NO_STEUP"), "no restriction is called 'NO_STEUP'"),
        (STEPS.replace("depth = 2", "depth = 2\ncolour = 1"), "colour: Extra inputs"),
        (STEPS.replace("string_length = 40", "string_length = '40'"), "string_length"),
        (STEPS.replace("depth = 2", "depth = 0"), "depth"),
        (STEPS.replace("parked = [{restrictions = [], optimized_only = false}]", ""), "parked: Field required"),
        (STEPS.replace("from_speed = 0,", "from_speed = 1,"), "moving: the first range must begin at 0"),
        (STEPS.replace("2.5", "nan"), "from_speed"),
        (STEPS.replace("2.5", "0"), "must come before"),
        (
            STEPS.replace("[], optimized_only = false", "[], optimized_only = true").replace(
                'idling = [{restrictions = ["NO_VIDEO"], optimized_only = true}]',
                "idling = [{restrictions = [], optimized_only = false}]",
            ),
            "idling: less is restricted than while parked",
        ),
        (
            STEPS.replace(', "NO_KEYBOARD"', "").replace('"NO_SETUP"]', '"NO_SETUP", "NO_KEYBOARD"]', 1),
            "less is restricted",
        ),
        (STEPS.replace('["NO_VIDEO", "NO_SETUP"]', "[]"), "less is restricted"),
        (STEPS.replace('idling = [{restrictions = ["NO_VIDEO"], optimized_only = true}]', "idling = []"), "idling"),
        (STEPS.replace("optimized_only = true}]", "optimized_only = false}]", 1), "need optimized_only"),
    ],
)
def test_malformed_rules_are_refused_with_the_place(broken, complaint):
    with pytest.raises(RulesError, match=complaint):
        Rules.parse(broken)


@given(st.text() | st.builds(lambda at, bit: STEPS[:at] + bit + STEPS[at + 1 :], st.integers(0, len(STEPS)), st.text()))
def test_any_document_is_rules_or_refused(document):
    with contextlib.suppress(RulesError):
        assert Rules.parse(document).limits


def test_a_document_nested_without_end_is_refused():
    with pytest.raises(RulesError, match="not TOML"):
        Rules.parse("x = " + "[" * 100_000)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (STEPS.replace("NO_SETUP", "NO_STEUP").encode(), "moving.0.restrictions: no restriction is called 'NO_STEUP'"),
        (b"\xff", "it cannot be read"),
    ],
)
def test_own_rules_that_cannot_be_used_restrict_everything_and_say_why(content, complaint, tmp_path):
    path = tmp_path / "driving" / "restrictions.toml"
    path.parent.mkdir()
    path.write_bytes(content)
    rules = RuleBook(tmp_path).rules
    now = assess(Inputs(gear=PARK, speed=0.0), rules)
    assert (now.allowance.restrictions, now.cause) == (FULL, Cause.RULES_UNUSABLE)
    assert f"{path}: {complaint}" in explain(Restriction.NO_VIDEO, now, rules)


def test_new_rules_wait_for_the_car_to_be_parked_also_over_a_restart(tmp_path):
    book = RuleBook(tmp_path)
    book.stage(STEPS)
    assert book.rules.limits.string_length == 80
    again = RuleBook(tmp_path)
    assert (again.waiting, again.rules.limits.string_length) == (True, 80)
    again.adopt()
    assert (again.waiting, again.rules.limits.string_length) == (False, 40)
    assert RuleBook(tmp_path).rules.limits.string_length == 40


def test_waiting_rules_damaged_on_disk_are_dropped(tmp_path):
    path = tmp_path / "driving" / "restrictions.next.toml"
    path.parent.mkdir()
    path.write_text("nonsense")
    book = RuleBook(tmp_path)
    assert not book.waiting
    assert not path.exists()
    assert book.rules.limits.string_length == 80


def test_malformed_new_rules_leave_the_old_ones(tmp_path):
    book = RuleBook(tmp_path)
    with pytest.raises(RulesError):
        book.stage("nonsense")
    assert not book.waiting
    assert not RuleBook(tmp_path).waiting


@pytest.mark.parametrize(
    ("restriction", "inputs", "sentence"),
    [
        (
            Restriction.NO_VIDEO,
            Inputs(gear=PARK, speed=0.0),
            "Video is available: the car is parked, the gear is in P.",
        ),
        (
            Restriction.NO_VIDEO,
            Inputs(gear=DRIVE, speed=9.0),
            "Video is off because the car is moving. It ends when the car is parked.",
        ),
        (
            Restriction.NO_SETUP,
            Inputs(gear=DRIVE, speed=9.0),
            "Setting things up is locked because the car is moving. It ends when the car stops.",
        ),
        (
            Restriction.NO_KEYBOARD,
            Inputs(gear=DRIVE),
            "The keyboard is locked because the speed is not known. It ends when the car reports its speed again.",
        ),
    ],
)
def test_explanation_names_cause_and_cure(restriction, inputs, sentence):
    rules = Rules.parse(STEPS)
    assert explain(restriction, assess(inputs, rules), rules) == sentence


def test_every_restriction_can_be_explained():
    assert set(SUBJECTS) == set(SINGLE)


def test_outcomes_agree_with_the_rules():
    rules = Rules.parse(STEPS)
    outcomes = list(rules.outcomes())
    ranges = {(o.motion, o.from_speed, o.to_speed) for o in outcomes}
    assert ranges == {
        (Motion.UNKNOWN, 0.0, None),
        (Motion.PARKED, 0.0, None),
        (Motion.IDLING, 0.0, None),
        (Motion.MOVING, 0.0, 2.5),
        (Motion.MOVING, 2.5, None),
    }
    assert len(outcomes) == len(ranges) * len(SINGLE)
    for outcome in outcomes:
        assert outcome.in_force is (
            outcome.restriction in rules.allowance(outcome.motion, outcome.from_speed).restrictions
        )
