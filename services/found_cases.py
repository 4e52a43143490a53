"""Keeps exceptions in step with what a regular look finds: opened when found, resolved when gone.

A cause that is still found after a person has resolved its exception opens no other, since its report has the same key.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable
from models.database import Database
from models.repositories import cases
from models.repositories.class_troubles import UnresolvedCase
from services.cases import NewCase, follow, open_case, resolve_by_itself

logger = logging.getLogger(__name__)

Cause = tuple[UUID, str, str]  # session, kind, occasion


@dataclass(frozen=True)
class Finding:
    """A trouble of a class that is there now. `key` is the same for as long as it lasts, and never again."""

    organization_id: UUID
    session_id: UUID
    kind: ExceptionKind
    occasion: str = ""
    key: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    follows: bool = False  # an open case is told when the detail has changed since

    @property
    def cause(self) -> Cause:
        return self.session_id, self.kind, self.occasion


class FoundCases:
    """It remembers what it has reported, so that a lasting trouble is written once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reported: frozenset[tuple[Cause, str]] = frozenset()

    async def keep(
        self,
        found: Collection[Finding],
        unresolved: Iterable[UnresolvedCase],
        why_gone: Callable[[UnresolvedCase], str],
        now: datetime,
    ) -> None:
        """Open what is found and not open yet, and resolve what `why_gone` gives a reason for. Raises Unavailable.

        `why_gone` is asked about cases that were not found; empty: it cannot be told.
        """
        causes = {one.cause for one in found}
        open_causes = set()
        gone: dict[UUID, dict[Cause, str]] = defaultdict(dict)
        for case in unresolved:
            open_causes.add(cause := (case.session_id, case.kind, case.occasion))
            if cause not in causes and (why := why_gone(case)):
                gone[case.organization_id][cause] = why
        for organization_id, reasons in gone.items():
            await self._resolve(organization_id, reasons, now)
        await self._follow([one for one in found if one.follows and one.cause in open_causes], now)
        reported = set()
        for one in found:
            known = (one.cause, one.key) in self._reported
            if known or one.cause in open_causes or await self._open(one, now):
                reported.add((one.cause, one.key))
        self._reported = frozenset(reported)

    async def _open(self, one: Finding, now: datetime) -> bool:
        """Whether it was reported; one that fails spoils no other, and is tried again by the next look."""
        new = NewCase.about_session(
            one.organization_id, one.session_id, one.kind, one.occasion, one.detail, one.key
        )
        try:
            async with self._database.tenant(one.organization_id) as db:
                await open_case(db, new, now)
        except Unavailable:
            raise
        except Exception:
            logger.exception("a finding was not reported", extra={"session_id": str(one.session_id)})
            return False
        return True

    async def _follow(self, found: Collection[Finding], now: datetime) -> None:
        """Bring open cases to what is found of their causes."""
        of_organization: dict[UUID, dict[Cause, Finding]] = defaultdict(dict)
        for one in found:
            of_organization[one.organization_id][one.cause] = one
        for organization_id, by_cause in of_organization.items():
            sessions = {one.session_id for one in by_cause.values()}
            kinds = {str(one.kind) for one in by_cause.values()}
            async with self._database.tenant(organization_id) as db:
                for case in await cases.open_of_sessions(db, sessions, kinds):
                    if case.session_id and (
                        now_found := by_cause.get((case.session_id, case.kind, case.occasion))
                    ):
                        follow(case, now_found.detail, now)

    async def _resolve(self, organization_id: UUID, reasons: Mapping[Cause, str], now: datetime) -> None:
        sessions = {session_id for session_id, _, _ in reasons}
        kinds = {kind for _, kind, _ in reasons}
        async with self._database.tenant(organization_id) as db:
            for case in await cases.open_of_sessions(db, sessions, kinds):
                if case.session_id and (why := reasons.get((case.session_id, case.kind, case.occasion))):
                    resolve_by_itself(case, why, now)
