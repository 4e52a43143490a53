"""`homeroom demo`: runs one class with synthetic voices, from the booking to the next briefing."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import httpx2
import typer
from rich.console import Console

from cli.api_client import Api, ApiError
from cli.console_link import console_url
from cli.demo_class.school import BookedClass, book_class, reopen_school
from cli.demo_class.script import LESSON
from cli.demo_class.voices_in_room import VoicesInRoom
from cli.local.home import Home
from cli.settings import settings_or_exit
from config.settings import Settings
from reports.briefings import read_briefing

console = Console(highlight=False, soft_wrap=True)
_POLL_INTERVAL = 0.5  # seconds
_MAX_SECONDS = 900.0  # for the whole class
_FINAL = frozenset({"closed", "cancelled"})


def demo(
    approve_after: Annotated[
        float,
        typer.Option(
            min=0,
            help="Approve the draft after this many seconds, for machines. Otherwise it waits for you.",
            show_default=False,
        ),
    ] = 0.0,
    linger: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds that the voices stay after the lesson, so that you can join and speak."
        ),
    ] = 90.0,
) -> None:
    """Watch a class happen, from booking to approved summary."""
    settings = settings_or_exit()
    _synthesise()
    try:
        organization_id, api = reopen_school(
            settings.public_url, settings.admin_token.get_secret_value(), Home.current().demo_file
        )
        booked = book_class(api, organization_id)
        _show_addresses(booked, settings)
        _Demo(api, booked, approve_after, linger).run()
    except (ApiError, httpx2.TransportError) as error:
        console.print(f"[red]The demo stopped:[/] {error}", markup=True)
        console.print("See `homeroom status` and `homeroom logs api`.")
        raise typer.Exit(1) from None
    console.print(f"\nMailbox: {settings.mailbox_url}", markup=False)


def _synthesise() -> None:
    from cli.demo_class.voices import synthesise  # imported here: it slows down the start of other commands

    with console.status("Preparing the voices") as status:
        synthesise(LESSON, lambda done, total: status.update(f"Preparing the voices: {done} of {total}"))


def _show_addresses(booked: BookedClass, settings: Settings) -> None:
    rows = {
        "Watch the class": console_url(
            settings, UUID(booked.organization_id), f"/sessions/{booked.session_id}"
        ),
        "Its workflow in Temporal": booked.workflow_url,
        "Join the class yourself": booked.guest_link,
        "Emails sent": settings.mailbox_url or "",
    }
    console.print("\n[bold]Class booked.[/] Open these while it runs:\n")
    for label, url in rows.items():
        console.print(f"  {label}\n    {url}\n", markup=False, style=None)


class _Demo:
    """Follows the class: shows its progress, starts the voices when it opens, approves the draft."""

    def __init__(self, api: Api, booked: BookedClass, approve_after: float, linger: float) -> None:
        self._api = api
        self._booked = booked
        self._approve_after = approve_after
        self._shown: dict[tuple[str, str], str] = {}
        self._utterances_shown = 0
        self._review_since: float | None = None
        self._voices = VoicesInRoom(api, booked, self._show_turn, linger)

    def run(self) -> None:
        end = time.monotonic() + _MAX_SECONDS
        started = False
        try:
            while time.monotonic() < end:
                session = self._api.get(f"/v1/sessions/{self._booked.session_id}")
                self._show_timeline()
                self._show_transcript()
                if session["state"] == "open" and not started:
                    started = True
                    self._voices.start()
                if session["state"] == "review" and not self._review():
                    return
                if session["state"] in _FINAL:
                    self._show_end(session)
                    return
                time.sleep(_POLL_INTERVAL)
        finally:
            self._voices.stop()
        console.print("The class didn't end in time. It continues without the demo.")

    def _show_timeline(self) -> None:
        for entry in self._api.get(f"/v1/sessions/{self._booked.session_id}/timeline"):
            key, outcome = (entry["step"], entry["occasion"]), entry["outcome"]
            if outcome in ("planned", self._shown.get(key)):
                continue
            self._shown[key] = outcome
            at = entry["finished_at"] or entry["started_at"] or ""
            step = f"{entry['step']} {entry['occasion']}".strip().replace("_", " ")
            colour = {"done": "green", "failed": "red", "running": "cyan"}.get(outcome, "dim")
            console.print(
                f"  [dim]{at[11:19]}[/]  [{colour}]{outcome:<8}[/] {step:<18} [dim]{entry['note']}[/]"
            )

    def _show_transcript(self) -> None:
        transcript = self._api.get(f"/v1/sessions/{self._booked.session_id}/transcript")
        if len(transcript) > self._utterances_shown:
            new = transcript[self._utterances_shown :]
            last_end = max(datetime.fromisoformat(utterance["ends_at"]) for utterance in new)
            lag = (datetime.now(UTC) - last_end).total_seconds()
            console.print(f"  [dim]transcript: {len(transcript)} utterances, {lag:.0f} s behind[/]")
            self._utterances_shown = len(transcript)

    def _show_turn(self, name: str, text: str) -> None:
        console.print(f"            {name}: “{text}”", markup=False, style="italic")

    def _review(self) -> bool:
        """Approve the draft if it is time; False if it is left to whoever runs the demo."""
        if self._review_since is None:
            self._review_since = time.monotonic()
            console.print("\n[bold]The draft is waiting for your review[/] on the class page.")
            if not self._approve_after:
                console.print("Approve it there: families get the summary, and the next class its briefing.")
                console.print("`homeroom demo` teaches the next class of the same students.")
                return False
            console.print(f"The demo approves it in {self._approve_after:.0f} s unless you do.\n")
        waited = time.monotonic() - self._review_since
        if waited >= self._approve_after:
            path = f"/v1/sessions/{self._booked.session_id}/documentation"
            revision = self._api.get(path)["revision"]
            self._api.post(f"{path}/approve", {"revision": revision})
            self._review_since = time.monotonic()
        return True

    def _show_end(self, session: dict[str, Any]) -> None:
        share = session["completeness"].get("share") or 0
        console.print(f"\n[bold]The class is {session['state']}[/], its record {share:.0%} complete.")
        path = f"/v1/sessions/{self._booked.session_id}"
        names = {link["participant_id"]: link["name"] for link in self._api.get(f"{path}/join-links")}
        for row in self._api.get(f"{path}/attendance"):
            if row["seconds"] or row["role"] != "observer":
                console.print(
                    f"  {names[row['participant_id']]}: {row['seconds']:.0f} s in class", markup=False
                )
        briefing = self._api.get(f"{path}/next-briefing")
        for heading, lines in read_briefing(briefing, language="en", time_zone="UTC", now=datetime.now(UTC)):
            console.print(f"\n  {heading}", style="bold")
            for line in lines:
                console.print(f"    - {line}", markup=False)
