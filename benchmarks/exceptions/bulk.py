"""How fast many exceptions are acknowledged, assigned and resolved together: more than one request may name."""

import time
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

from benchmarks.report import Verdict, at_least, show_progress
from benchmarks.watch.classes import begin_classes
from domain.cases.kinds import ExceptionKind
from domain.people.access import AccessRole, Principal
from models.database import Database
from models.repositories import cases
from services.bulk_cases import act_on_cases
from services.cases import NewCase, open_case
from services.inputs.cases import MOST_AT_ONCE, BulkAction, CaseCommand
from tests.stack import DatabaseUrls

CASES = 210
PER_SECOND = 200


async def measure_bulk(urls: DatabaseUrls) -> list[Verdict]:
    """Each act on all cases, in requests of the most that one takes."""
    verdicts = []
    async with aclosing(Database(urls.application)) as database:
        (one,) = await begin_classes(database, 1, 1)
        who = Principal(one.organization_id, AccessRole.OPS, "key:benchmark")
        ids = await _open(database, one.organization_id, one.session_id)
        for action in CaseCommand:
            show_progress(f"{action} {CASES} exceptions")
            began = time.perf_counter()
            done = await _act(database, who, action, ids)
            seconds = time.perf_counter() - began
            assert done == CASES, "each is done"
            verdicts.append(
                at_least(f"{CASES} exceptions, {action}, a second", round(CASES / seconds), PER_SECOND)
            )
    return verdicts


async def _open(database: Database, organization_id: UUID, session_id: UUID) -> list[UUID]:
    async with database.tenant(organization_id) as db:
        for number in range(CASES):
            new = NewCase.about_session(
                organization_id, session_id, ExceptionKind.STEP_FAILED, f"step {number}", {}
            )
            await open_case(db, new, datetime.now(UTC))
        return [case.id for case in await cases.of_session(db, session_id)]


async def _act(database: Database, who: Principal, action: CaseCommand, ids: Sequence[UUID]) -> int:
    done = 0
    for first in range(0, len(ids), MOST_AT_ONCE):
        wanted = BulkAction(
            action=action, ids=list(ids[first : first + MOST_AT_ONCE]), resolution="looked at"
        )
        results = await act_on_cases(database, who, wanted, datetime.now(UTC))
        done += sum(result.error is None for result in results)
    return done
