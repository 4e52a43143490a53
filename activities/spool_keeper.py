"""Stores what dead recorders left on this machine, whichever worker ran them, and indexes it."""

import asyncio
import logging
from pathlib import Path
from uuid import UUID

from obstore.store import ObjectStore

from activities.capture_journal import WORKER
from activities.failures import description
from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.record.recording import AudioSegment
from domain.sessions.states import OVER_STATES
from media_bridge.recorder.recovery import store_abandoned
from media_bridge.recorder.spool import Spool, session_spools
from models.database import Database
from models.repositories import recordings, sessions
from services.cases import NewCase, open_case
from services.recording_cases import resolve_risks
from workflows.client import LateAudioClient
from workflows.contracts.common import SessionRef

EVERY_SECONDS = 15.0
_log = logging.getLogger(__name__)


class SpoolKeeper:
    """Looks through the spool of this machine again and again."""

    def __init__(
        self, database: Database, store: ObjectStore, spool_dir: Path, late_audio: LateAudioClient
    ) -> None:
        self._database = database
        self._store = store
        self._spool_dir = spool_dir
        self._late_audio = late_audio

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> int:
        """Store and index what can be stored; returns the number of segments. The rest stays for the next look."""
        count = 0
        for spool in await asyncio.to_thread(session_spools, self._spool_dir):
            try:
                count += await self._keep(spool)
            except Exception as error:  # one class must not keep the others waiting
                _log.warning(
                    "the spool of a class is kept",
                    extra={"session_id": str(spool.session_id), "error": description(error)},
                )
        return count

    async def _keep(self, spool: Spool) -> int:
        late: list[AudioSegment] = []
        owner: list[UUID] = []

        async def index(segment: AudioSegment) -> None:
            owner.append(segment.organization_id)
            async with self._database.tenant(segment.organization_id) as db:
                await recordings.register(db, [segment])
                if (await sessions.get_session(db, segment.session_id)).state in OVER_STATES:
                    late.append(segment)

        try:
            stored = await store_abandoned(spool, self._store, index)
        finally:
            if late:
                await self._report(late)
        if owner and not await asyncio.to_thread(spool.recorders):
            async with self._database.tenant(owner[0]) as db:
                await resolve_risks(db, spool.session_id, ("store", "disk"), WORKER, utc_now())
        return stored

    async def _report(self, late: list[AudioSegment]) -> None:
        """Open a case, for the class was documented without this audio, and have it transcribed."""
        first = late[0]
        detail = {
            "segments": str(len(late)),
            "seconds": f"{sum(s.duration.total_seconds() for s in late):.0f}",
        }
        case = NewCase.about_session(
            first.organization_id,
            first.session_id,
            ExceptionKind.RECORDING_LATE,
            first.recorder_id,
            detail,
        )
        async with self._database.tenant(first.organization_id) as db:
            await open_case(db, case, utc_now())
        await self._late_audio.came_or_later(SessionRef(first.organization_id, first.session_id))
