"""A class on a running stack, as the people in it and its school see it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import httpx
import httpx2
import psycopg
from dotenv import dotenv_values

from cli.api_client import Api
from cli.demo_class.school import POLICY, BookedClass, book_class, open_school
from signing.links import LinkSigner
from tests.cli.homes import StackUnderTest
from tests.links import console_url, token_of

T = TypeVar("T")


@dataclass(frozen=True)
class ClassUnderTest:
    """One organization on the stack under test, with one booked class."""

    stack: StackUnderTest
    api: Api
    booked: BookedClass

    @property
    def path(self) -> str:
        return f"/v1/sessions/{self.booked.session_id}"

    def get(self, part: str = "") -> Any:
        return self.api.get(f"{self.path}{part}")

    def rows(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Of the stack's database; the first parameter of the query is the session's id."""
        with psycopg.connect(self.setting("HOMEROOM_OWNER_DATABASE_URL")) as connection:
            return connection.execute(query, [self.booked.session_id, *values]).fetchall()

    def participant_id(self, name: str) -> str:
        found: str = next(link["participant_id"] for link in self.get("/join-links") if link["name"] == name)
        return found

    def attendance_of(self, name: str) -> dict[str, Any]:
        wanted = self.participant_id(name)
        row: dict[str, Any] = next(r for r in self.get("/attendance") if r["participant_id"] == wanted)
        return row

    def join_token(self, name: str) -> str:
        return token_of(self.booked.links[name])

    def state(self) -> str:
        state: str = self.get()["state"]
        return state

    def wait_for_state(self, *states: str, seconds: float = 120) -> None:
        wait_for(lambda: self.state() in states, f"state {states}", seconds)

    def steps(self) -> dict[str, str]:
        return {entry["step"]: entry["outcome"] for entry in self.get("/timeline")}

    def spoken(self) -> str:
        return " ".join(one["text"] for one in self.get("/transcript"))

    def approve(self) -> None:
        revision = self.get("/documentation")["revision"]
        self.api.post(f"{self.path}/documentation/approve", {"revision": revision})

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """Those of the sink, which keeps the mails of all classes; the newest first."""
        found: list[dict[str, Any]] = httpx.get(self._mailbox, params={"to": address}).json()
        return found

    def mails(self, kind: str) -> list[dict[str, Any]]:
        """Those of the sink whose notices are of this kind."""
        wanted = {notice["id"] for notice in self.get("/notices") if notice["kind"] == kind}
        listed = httpx.get(self._mailbox).json()
        return [
            mail for mail in listed if any(key in mail["headers"].get("Message-ID", "") for key in wanted)
        ]

    def console_url(self) -> str:
        return console_url(
            self._signer(), UUID(self.booked.organization_id), f"/sessions/{self.booked.session_id}"
        )

    def expired_link(self, name: str) -> str:
        """As the person's join link, out of date."""
        signer, now = self._signer(), datetime.now(UTC)
        link = signer.read_join(self.join_token(name), UUID(self.booked.session_id), now)
        return signer.join_url(link, now - timedelta(seconds=1))

    def _signer(self) -> LinkSigner:
        secret = self.setting("HOMEROOM_LINK_SECRETS").strip('[]"')
        return LinkSigner([secret], self.setting("HOMEROOM_PUBLIC_URL"))

    def setting(self, name: str) -> str:
        return setting(self.stack, name)

    @property
    def _mailbox(self) -> str:
        return f"{self.setting('HOMEROOM_MAILBOX_URL')}/api/messages"


def setting(stack: StackUnderTest, name: str) -> str:
    value = dotenv_values(stack.home.env_file, interpolate=False)[name]
    assert value is not None
    return value


def open_class(
    stack: StackUnderTest,
    *,
    starts_in: timedelta = timedelta(seconds=18),
    lasts: timedelta = timedelta(minutes=5),
    **policy: Any,
) -> ClassUnderTest:
    """An organization with a class, whose room by default is open in a few seconds."""
    rules = {**POLICY, "grace_after_end": "PT60S", **policy}
    organization_id, api = open_school(
        setting(stack, "HOMEROOM_PUBLIC_URL"), setting(stack, "HOMEROOM_ADMIN_TOKEN"), rules
    )
    booked = book_class(api, organization_id, starts_in=starts_in, lasts=lasts)
    return ClassUnderTest(stack, api, booked)


def wait_for(condition: Callable[[], T | None], what: str, seconds: float = 60) -> T:
    """The first true value. An API that does not answer for a moment is waited for."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except (httpx.TransportError, httpx2.TransportError):
            found = None
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.25)
