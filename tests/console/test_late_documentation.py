"""A class of which nothing was stored is closed; when its audio has come, it is reviewed and its families are told."""

from typing import Any

import pytest

from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import NoticeKind
from models.repositories import sessions
from services import reviews
from tests.campus import School, problem_of
from tests.console.lesson import Lesson
from tests.console.taught import Hall

pytestmark = pytest.mark.adapter


async def late_case(school: School, lesson: Lesson) -> Any:
    found = await school.get(f"/v1/sessions/{lesson.session_id}/exceptions")
    return next(case for case in found if case["kind"] == ExceptionKind.RECORDING_LATE)


async def sent(school: School, lesson: Lesson, kind: NoticeKind) -> list[Any]:
    notices = await school.get(f"/v1/sessions/{lesson.session_id}/notices")
    return [notice for notice in notices if notice["kind"] == kind and notice["sent_at"]]


async def test_a_class_whose_audio_was_all_late_is_reviewed_and_its_families_are_told(
    hall: Hall, academy: School
) -> None:
    lesson = await hall.silent_class(academy)
    session_id, address = str(lesson.session_id), f"/v1/sessions/{lesson.session_id}"
    problem_of(await academy.api.get(f"{address}/documentation"), 404, "not-found")
    async with academy.transaction() as db:
        closed_at = (await sessions.get_session(db, lesson.session_id)).closed_at

    await hall.store_late(lesson)
    await academy.run_until(session_id, "review")
    draft = await academy.get(f"{address}/documentation")
    assert (draft["status"], draft["revision"]) == ("draft", 1)
    assert draft["statements"]
    async with academy.transaction() as db:
        assert [one.session.id for one in (await reviews.queue(db)).drafts] == [lesson.session_id]
    case = await late_case(academy, lesson)
    assert case["state"] == "self_resolved"
    assert case["resolution"] == "It is transcribed, and revision 1 of the draft was made with it."
    refused = await academy.api.post(f"{address}/reopen", json={"ends_at": lesson.starts_at.isoformat()})
    assert problem_of(refused, 409, "transition-refused")["next_step"] == "Book a new one instead."

    await academy.post(f"{address}/documentation/approve", {"revision": 1})
    await academy.run_until(session_id, "closed")
    assert len(await sent(academy, lesson, NoticeKind.REVIEW_REQUEST)) == 1
    assert len(await sent(academy, lesson, NoticeKind.SUMMARY)) == 2
    async with academy.transaction() as db:
        row = await sessions.get_session(db, lesson.session_id)
    assert row.closed_at == closed_at, "it was over then"
    assert row.completeness is not None
    assert {"transcript", "documentation", "approval"} <= set(row.completeness["have"])
    steps = {step["step"]: step["outcome"] for step in await academy.get(f"{address}/timeline")}
    assert {steps[name] for name in ("documentation", "review", "summary", "records")} == {"done"}
