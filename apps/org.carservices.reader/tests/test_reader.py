"""The reader shows headlines while driving and texts while parked, keeps what was there, and trusts no feed."""

import json

import pytest

from carservices.app import LongMessageTemplate
from carservices.app.http import Response

TAGESSCHAU = "https://www.tagesschau.de/infoservices/alle-meldungen-100~rss2.xml"
BBC = "https://feeds.bbci.co.uk/news/rss.xml"
HEISE = "https://www.heise.de/rss/heise-atom.xml"
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title>
<image><title>The logo</title></image>
<item><title>Bridge &amp; road open</title><description>short</description>
<content:encoded><![CDATA[<p>First &auml;nd <b>bold</b>.</p><script>evil()</script>
<ul><li>one</li><li>two</li></ul>]]></content:encoded>
<pubDate>Wed, 25 Nov 2026 07:30:00 +0100</pubDate></item>
<item><title>Older</title><description>LONG</description><pubDate>Tue, 24 Nov 2026 07:30:00 GMT</pubDate></item>
<item><description>Only a text without a title</description></item>
<item><title> </title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>H</title>
<entry><title type="html">New &lt;em&gt;chip&lt;/em&gt;</title><summary>About it</summary>
<updated>2026-11-26T08:00:00Z</updated></entry>
</feed>"""
BOMB = """<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<rss><channel><item><title>&b;</title></item></channel></rss>"""


def titles(car):
    return [title for title, _ in car.rows]


@pytest.fixture
def car(app_car):
    app_car.pages |= {TAGESSCHAU: Response(200, {"etag": '"1"'}, RSS.encode()), BBC: ATOM}
    app_car.start()
    return app_car


def test_headlines_of_all_feeds_the_newest_first(car):
    assert titles(car) == ["New chip", "Bridge & road open", "Older", "Only a text without a title"]
    assert car.rows[0][1].startswith("BBC News · ")
    assert car.screen.sections[0].title.startswith("As of ")


def test_the_text_is_on_the_screen_while_parked_and_never_while_driving(car):
    car.drive()
    car.tap("Bridge & road open")
    assert not isinstance(car.screen, LongMessageTemplate)
    car.park()
    car.tap("Bridge & road open")
    assert isinstance(car.screen, LongMessageTemplate)
    assert car.screen.message == "Bridge & road open\n\nFirst änd bold.\n\n• one\n\n• two"


def marks(car):
    """The symbol of each row, and how far it has been read aloud."""
    return [(row.image and row.image.name, row.text2) for row in car.screen.sections[0].rows]


def test_while_driving_an_article_is_read_aloud_and_the_next_follows(car):
    car.drive()
    assert marks(car) == [("play_arrow", "")] * 4
    car.tap("Bridge & road open")
    car.speech.next()
    assert marks(car)[1] == ("pause", "Reads aloud · 2 of 4")
    car.speech.interrupt()  # the guidance speaks
    car.speech.interrupt(False)
    car.tap("Pause")
    assert marks(car)[1] == ("play_arrow", "Paused")
    car.tap("Bridge & road open")
    car.speech.next(3)
    assert car.speech.said == [
        "Bridge & road open",
        *["First änd bold."] * 3,
        "one",
        "two",
        "Older",
    ]
    car.tap("skip_next")
    assert car.speech.said[-1] == "Only a text without a title"
    assert marks(car)[2:] == [("play_arrow", ""), ("pause", "Reads aloud · 1 of 2")]
    assert "skip_next" not in [button.icon.name for button in car.screen.actions if button.icon]
    car.speech.end()
    assert marks(car) == [("play_arrow", "")] * 4


def test_each_feed_is_read_in_its_language(app_car):
    spoken = RSS.replace("<title>T</title>", "<title>T</title><language>de-de</language>")
    app_car.pages |= {TAGESSCHAU: spoken, BBC: ATOM.replace("<feed ", '<feed xml:lang="en-GB" ')}
    app_car.context(language="fr")
    app_car.start()
    app_car.drive()
    app_car.tap("New chip")
    assert app_car.speech.language == "en"
    app_car.speech.end()
    assert app_car.speech.language == "de"
    app_car.start()  # and from what was kept
    app_car.tap("Older")
    assert app_car.speech.language == "de"


def test_what_another_app_takes_and_what_the_voice_cannot_do_is_said_and_goes_on_at_a_tap(car):
    car.drive()
    car.tap("Bridge & road open")
    car.speech.next(2)
    car.speech.take()
    assert marks(car)[1] == ("play_arrow", "Paused")
    car.tap("Bridge & road open")
    assert car.speech.said[-1] == "one"
    car.speech.take("espeak-ng ended with -9")
    assert marks(car)[1] == ("play_arrow", "espeak-ng ended with -9")
    car.speech.lose()
    assert {mark for mark, _ in marks(car)} == {None}
    assert [row.on_click for row in car.screen.sections[0].rows] == [None] * 4


def test_what_is_read_aloud_goes_on_when_the_feeds_are_fetched_anew(car):
    car.drive()
    car.tap("Bridge & road open")
    age_everything(car)
    car.pages[TAGESSCHAU] = RSS.replace("Older", "Newer")
    car.foreground()
    assert titles(car)[2] == "Newer"
    assert marks(car)[1] == ("pause", "Reads aloud · 1 of 4")


def test_parked_a_text_can_be_listened_to_as_well(car):
    car.tap("Bridge & road open")
    car.tap("Listen")
    assert car.speech.said == ["Bridge & road open"]
    car.tap("Pause")
    assert car.speech.state.speaking is None


def test_a_long_text_has_pages_and_ends_within_five_steps(app_car):
    text = " ".join(f"&lt;p&gt;Wörter {n}&lt;/p&gt;" for n in range(2000))
    app_car.pages |= {TAGESSCHAU: RSS.replace("LONG", text), BBC: ATOM}
    app_car.start()
    app_car.tap("Older")
    seen = [app_car.screen.message]
    while "Read on" in [button.title for button in app_car.screen.buttons]:
        app_car.tap("Read on")
        seen.append(app_car.screen.message)
    assert len(seen) == 3
    assert "Wörter 0" in seen[0]
    assert seen[2].endswith("…")
    assert len(set(seen)) == 3


def test_offline_it_shows_what_was_there_last_and_says_so(car):
    kept = titles(car)
    car.pages.clear()
    car.context(language="de")
    car.start()
    assert titles(car) == kept
    age_everything(car)
    car.foreground()
    assert titles(car) == kept
    assert car.screen.sections[0].title.startswith("Keine Verbindung · Stand ")
    car.tap("Quellen")
    assert car.rows[0] == ("tagesschau", f"{TAGESSCHAU}: no page was prepared")


def age_everything(car):
    """The next time it is opened is long after."""
    for feed in car.app.shelf.feeds:
        feed.fetched -= 3600


def test_what_has_not_changed_is_not_sent_again(car):
    age_everything(car)
    car.pages[TAGESSCHAU] = Response(304, {"etag": '"1"'})
    car.foreground()
    request = next(request for request in reversed(car.requests) if request.url == TAGESSCHAU)
    assert request.headers["If-None-Match"] == '"1"'
    assert "Bridge & road open" in titles(car)
    asked = len(car.requests)
    car.foreground()
    assert len(car.requests) == asked


def test_feeds_are_settings_and_one_may_be_the_persons_own(car):
    car.pages[HEISE] = ATOM.replace("chip", "phone")
    car.tap("settings")
    car.tap("BBC News")
    car.tap("heise online")
    car.tap("Address of another feed (RSS or Atom)")
    car.type("blog.example.org/feed")
    car.back()
    car.foreground()
    assert titles(car)[0] == "New phone"
    assert "New chip" not in titles(car)
    car.tap("Feeds")
    assert [(row.title, row.text) for row in car.screen.rows] == [
        ("tagesschau", "3 articles"),
        ("heise online", "1 article"),
        ("https://blog.example.org/feed", "blog.example.org is not among the hosts of this app"),
    ]


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (BOMB, "it declares the entity 'a', which no feed needs"),
        ("<rss>" + "<a>" * 70, "its elements are nested more than 64 deep"),
        ("<html><body/></html>", "neither RSS nor Atom"),
        ("{}", "not XML (line 1: not well-formed (invalid token))"),
        ("", "not XML (line 1: no element found)"),
        ('<?xml version="1.0" encoding="nonsense"?><rss/>', "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (" " * (2 << 20) + "<rss/>", "more than a feed may have"),
        (Response(503), "the server answers 503"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(app_car, page, problem):
    app_car.pages |= {TAGESSCHAU: page, BBC: ATOM}
    app_car.start()
    assert titles(app_car) == ["New chip"]
    app_car.tap("Feeds")
    assert problem in app_car.rows[0][1]


def test_an_outside_entity_is_not_fetched(app_car):
    app_car.pages[TAGESSCHAU] = (
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss><channel><item><title>Plain</title></item></channel></rss>'
    )
    app_car.pages[BBC] = "<rss/>"
    app_car.start()
    assert titles(app_car) == ["Plain"]
    assert {request.url for request in app_car.requests} == {TAGESSCHAU, BBC}


@pytest.mark.parametrize("kept", ["", "[]", "{", json.dumps({TAGESSCHAU: {"articles": [{"title": 1}]}}), '{"x": 3}'])
def test_a_damaged_book_is_begun_anew(app_car, tmp_path, kept):
    (tmp_path / "data" / "articles.json").write_text(kept)
    app_car.pages |= {TAGESSCHAU: RSS, BBC: ATOM}
    app_car.start()
    assert len(titles(app_car)) == 4


def test_without_feeds_or_a_network_it_says_why(app_car):
    app_car.start()
    assert app_car.screen.empty == "No connection, and nothing from before"
    app_car.tap("settings")
    for name in ("tagesschau", "BBC News"):
        app_car.tap(name)
    app_car.back()
    app_car.foreground()
    assert app_car.screen.empty == "No feed is switched on in the settings"
