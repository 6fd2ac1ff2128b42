"""A calendar on the web: an iCalendar address or a CalDAV collection (RFC 4791), read through the car's proxy."""

import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

from carservices.app import Response

Ask = Callable[[str, str, bytes, dict[str, str]], Awaitable[Response]]
"""Method, address, body, headers: `Http.request`."""

REDIRECTS: Final = (301, 302, 303, 307, 308)
MOST_REDIRECTS: Final = 3
AHEAD: Final = timedelta(days=60)
"""What is asked of a CalDAV server, which can have decades."""
HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")
CALENDAR_DATA: Final = "{urn:ietf:params:xml:ns:caldav}calendar-data"
QUERY: Final = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
 <D:prop><C:calendar-data/></D:prop>
 <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
  <C:time-range start="{start}" end="{end}"/>
 </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>
"""


class FeedError(Exception):
    """The feed cannot be had; the message is for the log, ``key`` names the text for the person."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class Address:
    """Where the feed is, and the ``Authorization`` that belongs to its host."""

    url: str
    authorization: str = ""

    @classmethod
    def parse(cls, text: str) -> "Address":
        """``webcal://`` is https; a name and password before the host become a header (RFC 7617). Raises ValueError."""
        text = re.sub(r"^webcals?://", "https://", text.strip())
        parts = urlsplit(text if "://" in text else f"https://{text}")
        account, at, host = parts.netloc.rpartition("@")
        if not HOST.fullmatch(host) or re.search(r"\s", parts.path + parts.query):
            raise ValueError("this is no address of the web")
        token = base64.b64encode(unquote(account).encode()).decode()
        return cls(parts._replace(netloc=host).geturl(), f"Basic {token}" if at else "")

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


async def fetch(ask: Ask, address: Address, now: datetime) -> list[str]:
    """The iCalendar texts of an address. Raises `FeedError`, and what ``ask`` raises."""
    plain = await _ask(ask, "GET", address)
    text = plain.body.decode("utf-8", "replace")
    if plain.status == 200 and text.lstrip("\ufeff \r\n").startswith("BEGIN:VCALENDAR"):
        return [text]
    if plain.status in (401, 403):
        raise FeedError("feed.account", f"{address.host} answers {plain.status}")
    start, end = ((now + ahead).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for ahead in (timedelta(days=-1), AHEAD))
    report = await _ask(ask, "REPORT", address, QUERY.format(start=start, end=end).encode())
    if report.status != 207:
        raise FeedError("feed.none", f"{address.host} answers {plain.status} to GET and {report.status} to REPORT")
    try:
        found = ElementTree.fromstring(report.body)
    except ElementTree.ParseError as error:
        raise FeedError("feed.none", f"{address.host} answers with broken XML: {error}") from None
    return [data.text for data in found.iter(CALENDAR_DATA) if data.text]


async def _ask(ask: Ask, method: str, address: Address, body: bytes = b"") -> Response:
    url = address.url
    for _ in range(MOST_REDIRECTS + 1):
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"} if body else {}
        if address.authorization and urlsplit(url).netloc == address.host:
            headers["Authorization"] = address.authorization
        answer = await ask(method, url, body, headers)
        if answer.status not in REDIRECTS or "location" not in answer.headers:
            return answer
        url = urljoin(url, answer.headers["location"])
    raise FeedError("feed.none", f"{address.host} redirects more than {MOST_REDIRECTS} times")
