"""Reports presence to the workflows of the sessions: one signal at each milestone."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from activities.isolation import WRITERS, for_each, in_bulk, log_left_out
from activities.presence_record import SessionPresence
from activities.progress import utc_now
from domain.errors import TransitionRefused, Unavailable
from domain.presence.milestones import new_milestones, signalled_empty_since
from domain.presence.occurrences import as_signalled, milestones_of
from models.database import Database
from models.repositories import presence
from workflows.client import SessionClient
from workflows.session.messages import PresenceSignal

_SIGNAL_TIMEOUT = 10.0  # seconds


@dataclass(frozen=True)
class _Report:
    organization_id: UUID
    signal: PresenceSignal
    milestones: Sequence[str]


@dataclass(frozen=True)
class _Signalled:
    organization_id: UUID
    milestones: Sequence[str]


class PresenceReporter:
    """Signals new milestones and writes to the session's row which ones were signalled.

    A milestone that could not be written is kept in memory, so that this reporter does not signal it again. Another
    reporter may; the workflow ignores older signals. No milestone is lost.
    """

    def __init__(self, database: Database, client: SessionClient) -> None:
        self._database = database
        self._client = client
        self._unwritten: dict[UUID, _Signalled] = {}

    async def report(self, sessions: Iterable[SessionPresence]) -> frozenset[UUID]:
        """Signal what is new. Returns the sessions that were not signalled because Temporal did not answer."""
        due = {session.session_id: report for session in sessions if (report := self._due(session))}
        signals = await for_each(due, self._signal, what="signal the workflow")
        for session_id in signals.results:
            report = due[session_id]
            before = self._unwritten.get(session_id)
            milestones = [*(before.milestones if before else ()), *report.milestones]
            self._unwritten[session_id] = _Signalled(report.organization_id, milestones)
        await self._write()
        return signals.unavailable

    def _due(self, session: SessionPresence) -> _Report | None:
        """The report to send to a session's workflow now; None where there is nothing new."""
        try:
            unwritten = self._unwritten.get(session.session_id)
            return _due(session, unwritten.milestones if unwritten else (), utc_now())
        except Exception as error:
            log_left_out(session.session_id, "find the milestones", error)
            return None

    async def _signal(self, session_id: UUID, report: _Report) -> None:
        try:
            async with asyncio.timeout(_SIGNAL_TIMEOUT):
                with suppress(TransitionRefused):  # the workflow is over
                    await self._client.report_presence(session_id, report.signal)
        except TimeoutError as error:
            raise Unavailable("Temporal does not answer") from error

    async def _write(self) -> None:
        """One statement per organization; what cannot be written is written with the next report."""
        by_organization: dict[UUID, dict[UUID, Sequence[str]]] = defaultdict(dict)
        for session_id, signalled in self._unwritten.items():
            by_organization[signalled.organization_id][session_id] = signalled.milestones
        await for_each(
            by_organization,
            self._write_organization,
            what="write milestones",
            of="organization_id",
            at_once=WRITERS,
        )

    async def _write_organization(
        self, organization_id: UUID, signalled: Mapping[UUID, Sequence[str]]
    ) -> None:
        async def write(batch: Mapping[UUID, Sequence[str]]) -> Mapping[UUID, None]:
            async with self._database.tenant(organization_id) as db:
                await presence.add_signalled(db, batch)
            return dict.fromkeys(batch)

        for session_id in await in_bulk(signalled, write, what="write the milestones"):
            del self._unwritten[session_id]


def _due(session: SessionPresence, unwritten: Sequence[str], now: datetime) -> _Report | None:
    folded = session.folded
    if folded is None or folded.last_event_at is None:
        return None
    if not isinstance(session.signalled, list):
        raise TypeError("signalled is not a list")
    signalled = milestones_of([*session.signalled, *unwritten], session.moves)
    milestones = new_milestones(signalled, folded.presence, now)
    if not milestones:
        return None
    signal = PresenceSignal(
        at=folded.last_event_at,
        in_room=folded.presence.in_room,
        first_instructor_at=folded.presence.first_instructor_at,
        empty_since=signalled_empty_since([*signalled, *milestones]),
        moves=session.moves,
    )
    return _Report(session.organization_id, signal, as_signalled(milestones, session.moves))
