"""Codes: from bytes and back, and a whole explanation in every language for each of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.diagnostics import DriveOn, Severity
from carservices.cli.main import USAGE, main
from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.codebook import Codebook
from carservices.services.diagnostics.identifiers import IDENTIFIERS, reading
from carservices.services.diagnostics.texts import by_language
from carservices_emulator.diagnostics.faults import FAULTS
from carservices_emulator.diagnostics.identifiers import COMMON, LIVE

BOOK = Codebook()
LANGUAGES = {"en", "de", "fr"}


@given(st.integers(0, 0xFFFFFF))
def test_a_code_is_its_three_bytes(number):
    code = Code.from_uds(number)
    assert code.number == number
    assert Code.parse(str(code)).number == number


@pytest.mark.parametrize(
    ("number", "text"), [(0x0A7E98, "P0A7E-98"), (0x400031, "C0000-31"), (0x9A2013, "B1A20-13"), (0xC10000, "U0100")]
)
def test_codes_as_people_write_them(number, text):
    assert str(Code.from_uds(number)) == text


@pytest.mark.parametrize("text", ["", "P0A7", "Q0A7E", "P4000", "P0A7E-", "P0A7E-1", "P0A7E-98-1"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(ValueError, match="is no trouble code"):
        Code.parse(text)


@given(st.integers(0, 0xFFFFFF))
def test_every_code_is_explained_in_every_language(number):
    meaning = BOOK.meaning(Code.from_uds(number))
    assert meaning.texts.keys() == LANGUAGES
    for words in meaning.texts.values():
        assert all(words.model_dump().values())
        assert "{" not in str(words)


@pytest.mark.parametrize("base", BOOK.codes)
def test_every_row_has_its_words(base):
    for words in BOOK.meaning(Code(base)).texts.values():
        assert all(words.model_dump().values())
        assert "{" not in str(words)


def test_an_explanation_says_which_and_why():
    words = BOOK.meaning(Code.parse("C1312-16")).say("de")
    assert words.title == "Reifendruck niedrig hinten links"
    assert words.text == "Der Reifen hat Luft verloren. Die Spannung ist zu niedrig."


@pytest.mark.parametrize(
    ("text", "title", "drive_on"),
    [
        ("P0AFF", "Electric drive fault", DriveOn.CAREFULLY),
        ("P1234", "Drive fault", DriveOn.CAREFULLY),
        ("B0012", "Airbag or belt fault", DriveOn.CAREFULLY),
        ("C1331", "Chassis fault", DriveOn.CAREFULLY),
        ("U0199", "A control unit is silent", DriveOn.CAREFULLY),
        ("B2345", "Body fault", DriveOn.YES),
    ],
)
def test_an_unknown_code_is_explained_by_its_structure(text, title, drive_on):
    meaning = BOOK.meaning(Code.parse(text))
    assert not meaning.known
    assert (meaning.say().title, meaning.drive_on) == (title, drive_on)
    assert ("manufacturer's own" in meaning.say().text) == (text[1] != "0")


def test_what_forbids_driving_on_is_no_small_matter():
    for entry in (*BOOK.codes.values(), *BOOK.areas.values()):
        assert entry.drive_on is not DriveOn.NO or entry.severity.rank <= Severity.SERIOUS.rank


def test_the_languages_say_the_same_things():
    keys = {
        language: {(section, key) for section, rows in file.items() for key in rows}
        for language, file in by_language().items()
    }
    assert keys.keys() == LANGUAGES
    assert keys["de"] == keys["en"] == keys["fr"]
    assert {key for section, key in keys["en"] if section == "identifiers"} == IDENTIFIERS.keys()


@pytest.mark.parametrize(
    ("identifier", "data", "value", "unit"),
    [
        (0x2003, b"\x03\x0c", 78.0, "percent"),
        (0x2008, b"\x03\x98", 52.0, "Celsius"),
        (0x0103, b"\x27\x10", 0.0, "km/h"),
        (0xF190, b"WVWZZZE1ZMP000001", "WVWZZZE1ZMP000001", None),
        (0xABCD, b"\x01\x02", "01 02", None),
    ],
)
def test_identifiers_are_values_with_units(identifier, data, value, unit):
    found = reading(identifier, data)
    assert (found.value, found.unit) == (value, unit)


@pytest.mark.parametrize("data", [b"\xff\xff", b"\x01", b""])
def test_what_is_not_valid_is_no_value(data):
    assert reading(0x2003, data) is None


def test_the_command_explains_without_a_car(capsys):
    assert main(["diagnostics", "explain", "p0aa6", "--language", "fr"]) == 0
    assert capsys.readouterr().out.startswith("P0AA6  Isolation haute tension en défaut\n")
    assert main(["diagnostics", "explain", "hot"]) == USAGE
    assert main(["diagnostics", "explain", "P0AA6", "--language", "xx"]) == USAGE


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.code)
def test_every_fault_of_the_emulated_car_is_in_the_tables(fault):
    code = Code.from_uds(fault.number)
    assert str(code) == fault.code.removesuffix("-00")
    assert BOOK.meaning(code).known
    assert not code.failure or f"{code.failure:02X}" in by_language()["en"]["failures"]


def test_every_value_of_the_emulated_car_is_in_the_tables():
    units = {"°C": "Celsius", "%": "percent"}
    for live in (*COMMON, *(live for lives in LIVE.values() for live in lives)):
        row = IDENTIFIERS[f"{live.did:04X}"]
        assert (row.size, row.step, row.offset) == (live.size, live.step, live.offset), live.name
        assert row.unit == units.get(live.unit, live.unit), live.name
