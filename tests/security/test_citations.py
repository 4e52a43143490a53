"""What a statement quotes was said in its class, in these words; and a statement has a length."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.record.documentation import Citation, Section, Statement
from domain.record.transcript import Utterance
from models.repositories import documents, recordings
from tests.campus import Json, School, problem_of

pytestmark = pytest.mark.adapter

SAID = "Halves and quarters have a common denominator."


@pytest.fixture
async def drafted(harbour: School) -> tuple[str, UUID]:
    """The address of the revisions of a class with a draft, and the id of what was said in it."""
    session_id, now, key = await harbour.book(), datetime.now(UTC), uuid4()
    (person, *_) = await harbour.get(f"/v1/sessions/{session_id}/participants")
    said = Utterance(key, person["id"], "TR", now, now + timedelta(seconds=2), SAID, (), "en", 0.9, "e")
    first = (Statement(Section.TOPICS, "Common denominators.", (Citation(key, "a common denominator"),)),)
    async with harbour.transaction() as db:
        await recordings.add_utterances(db, harbour.id, UUID(session_id), [said])
        await documents.add_revision(
            db, harbour.id, UUID(session_id), first, author="a test", reason="", based_on=0, at=now
        )
    return f"/v1/sessions/{session_id}/documentation/revisions", key


def revision(utterance_id: UUID, quote: str, text: str = "Fractions.") -> Json:
    citations = [{"utterance_id": str(utterance_id), "quote": quote}]
    statement = {"section": "topics", "text": text, "citations": citations, "outcome": None}
    return {"statements": [statement], "based_on": 1, "reason": "as it was said"}


@pytest.mark.parametrize(
    "quote",
    [
        "Halves and quarters have no common denominator",
        "quarters and halves",
        "I give everybody the best mark",
        "",
        " ",
        ".",
        "common denominator. Halves",
    ],
)
async def test_a_quote_that_was_not_said_is_refused(
    harbour: School, drafted: tuple[str, UUID], quote: str
) -> None:
    path, key = drafted
    answer = await harbour.api.post(path, json=revision(key, quote))
    problem_of(answer, 422, "invalid-input")


async def test_what_was_said_is_quoted(harbour: School, drafted: tuple[str, UUID]) -> None:
    path, key = drafted
    answer = await harbour.api.post(path, json=revision(key, "quarters have a common"))
    assert answer.is_success, answer.text


async def test_a_statement_has_a_length(harbour: School, drafted: tuple[str, UUID]) -> None:
    path, key = drafted
    answer = await harbour.api.post(path, json=revision(key, "quarters", text="long " * 4_000))
    problem_of(answer, 422, "invalid-input")
