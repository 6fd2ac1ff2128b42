"""Reading aloud: in the app's own name, sentence by sentence, interrupted and taken away."""

import pytest

from carservices.app import App, CallError, ListTemplate, PermissionMissing, Row

SCOPES = ("read:speech.state", "call:speech.say", "call:speech.hush")
TEXT = "One is first. Two is second. Three is the last."


class Book(App):
    async def on_start(self):
        self.seen = []
        await self.speech.watch(lambda spoken: self.seen.append((spoken.number, spoken.sentence, spoken.speaking)))

    def view(self):
        spoken = self.speech.state
        what = "silent" if spoken.number is None else f"{spoken.sentence + 1} of {spoken.sentences}"
        return ListTemplate("Book", [Row("Reads", what, spoken.cure or spoken.problem or "")])


@pytest.fixture
def app(app_car):
    return app_car.start(Book, SCOPES)


def test_a_text_is_said_sentence_by_sentence_and_begun_again_where_it_was_interrupted(app_car, app):
    assert app_car.run(app.speech.say(TEXT, sentence=1)) == 1
    assert app_car.rows == [("Reads", "2 of 3")]
    app_car.speech.interrupt()
    assert not app.speech.state.speaking
    app_car.speech.interrupt(False)
    app_car.speech.next()
    assert app_car.rows == [("Reads", "3 of 3")]
    app_car.speech.end()
    assert app_car.rows == [("Reads", "silent")]
    assert app_car.speech.said == ["Two is second.", "Two is second.", "Three is the last."]
    assert app.seen == [
        (None, 0, False),
        (1, 1, True),
        (1, 1, False),
        (1, 1, True),
        (1, 2, True),
        (None, 0, False),
    ]


def test_it_speaks_the_drivers_language_until_it_is_hushed_or_another_reads(app_car, app):
    app_car.context(language="de")
    app_car.run(app.speech.say("Eins."))
    assert app_car.speech.language == "de"
    app_car.run(app.speech.say("One.", "EN-gb"))
    app_car.run(app.speech.hush())
    assert app.speech.state.number is None
    app_car.run(app.speech.say(TEXT))
    app_car.speech.take("the audio service has ended")
    assert "the audio service has ended" in app_car.texts
    app_car.speech.lose()
    with pytest.raises(CallError, match="apt install espeak-ng") as raised:
        app_car.run(app.speech.say("One."))
    assert raised.value.code == "UNAVAILABLE"
    assert app.speech.state.cure in app_car.texts


@pytest.mark.parametrize(("text", "language"), [("…", "en"), ("Yksi.", "fi"), ("word " * 5000, "en")])
def test_what_cannot_be_said_is_refused_as_in_the_car(app_car, app, text, language):
    with pytest.raises(CallError) as raised:
        app_car.run(app.speech.say(text, language))
    assert raised.value.code == "INVALID_ARGUMENT"


def test_more_than_a_few_texts_do_not_wait(app_car, app):
    for _ in range(4):
        app_car.run(app.speech.say(TEXT))
    with pytest.raises(CallError, match="4 texts of"):
        app_car.run(app.speech.say(TEXT))


def test_without_the_scope_the_permission_is_named(app_car):
    app = app_car.start(Book, SCOPES[:1])
    with pytest.raises(PermissionMissing, match=r"call:speech\.say"):
        app_car.run(app.speech.say(TEXT))
