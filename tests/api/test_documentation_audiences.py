"""Who may read a statement, over HTTP: decided where nobody chose, kept where somebody did, with warnings."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.record.documentation import CheckOutcome, Section, Statement, check_sentence
from models.repositories import documents
from tests.campus import HOUR, School, problem_of

pytestmark = pytest.mark.adapter

ABOUT_LEO = {"section": "practised", "text": "Leo mixes up thirds and sixths.", "citations": []}
QUESTION = "What is a half of nine?"


@pytest.fixture
async def path(harbour: School) -> str:
    """The documentation of a class with Noor and Leo, whose draft has no audiences stored."""
    session_id = await harbour.book(2 * HOUR)
    check = check_sentence(QUESTION, "four")
    drafted = (
        Statement(Section.HOMEWORK, "Leo Lindqvist does page two.", ()),
        Statement(Section.COMPREHENSION, check, (), QUESTION, "four", CheckOutcome.PARTLY),
    )
    async with harbour.transaction() as db:
        await documents.add_revision(
            db, harbour.id, UUID(session_id), drafted, author="p", reason="", based_on=0, at=datetime.now(UTC)
        )
    return f"/v1/sessions/{session_id}/documentation"


async def student(harbour: School, path: str, name: str) -> str:
    people = await harbour.get(f"{path.removesuffix('/documentation')}/participants")
    (key,) = (person["student_id"] for person in people if person["name"] == name)
    return str(key)


async def saved(harbour: School, path: str, *statements: dict[str, Any]) -> tuple[Any, Any]:
    """The answer to a new revision, and the documentation afterwards."""
    based_on = (await harbour.get(path))["revision"]
    answer = await harbour.post(f"{path}/revisions", {"statements": list(statements), "based_on": based_on})
    return answer, await harbour.get(path)


async def test_an_audience_that_was_never_stored_is_decided_when_read(harbour: School, path: str) -> None:
    leo = await student(harbour, path, "Leo Lindqvist")
    for found in (await harbour.get(path), await harbour.get(f"{path}/revisions/1")):
        assert [one["audience"] for one in found["statements"]] == [
            {"kind": "students", "students": [leo], "by_hand": False},
            {"kind": "everybody", "students": [], "by_hand": False},
        ]


async def test_a_statement_added_in_review_is_for_the_student_it_names(harbour: School, path: str) -> None:
    leo = await student(harbour, path, "Leo Lindqvist")
    answer, current = await saved(harbour, path, ABOUT_LEO)
    assert answer == {"revision": 2, "warnings": []}
    assert current["statements"][0]["audience"] == {"kind": "students", "students": [leo], "by_hand": False}


async def test_a_chosen_audience_stays_with_a_warning(harbour: School, path: str) -> None:
    leo, noor = [await student(harbour, path, name) for name in ("Leo Lindqvist", "Noor Haddad")]
    warnings = [{"position": 2, "students": [leo]}]
    for audience in ({"kind": "everybody"}, {"kind": "students", "students": [noor]}):
        plain = {**ABOUT_LEO, "text": "Thirds and sixths."}
        answer, current = await saved(harbour, path, plain, {**ABOUT_LEO, "audience": audience})
        assert answer["warnings"] == current["warnings"] == warnings
        assert current["statements"][1]["audience"] == {"students": [], "by_hand": True, **audience}


async def test_an_audience_that_nobody_chose_follows_the_text(harbour: School, path: str) -> None:
    leo = await student(harbour, path, "Leo Lindqvist")
    drafted = {"kind": "everybody", "students": [], "by_hand": False}
    _, current = await saved(harbour, path, {**ABOUT_LEO, "audience": drafted})
    assert current["statements"][0]["audience"]["students"] == [leo]


@pytest.mark.parametrize("students", [[], [str(uuid4())]])
async def test_an_audience_without_a_student_of_the_class_is_refused(
    harbour: School, path: str, students: list[str]
) -> None:
    wrong = {**ABOUT_LEO, "audience": {"kind": "students", "students": students}}
    refused = await harbour.api.post(f"{path}/revisions", json={"statements": [wrong], "based_on": 1})
    problem_of(refused, 422, "invalid-input")


async def test_a_corrected_answer_changes_the_sentence(harbour: School, path: str) -> None:
    _, check = (await harbour.get(path))["statements"]
    _, current = await saved(harbour, path, {**check, "answer": "four and a half"})
    assert current["statements"][0]["text"] == check_sentence(QUESTION, "four and a half")
