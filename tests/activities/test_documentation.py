"""Documentation is drafted once, and decisions count only for the current revision."""

import asyncio
from dataclasses import dataclass, field

import pytest

from activities.documentation import DocumentationActivities
from domain.errors import DraftingFailed, NotFound, StaleRevision
from domain.people.roles import Role
from domain.record.documentation import ClassRecord, DocumentationStatus, Draft, Section
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from drafting.extractive import ExtractiveEngine
from models.documentation import Documentation, DocumentationRevision
from models.repositories import documents
from services.drafts import Drafts
from tests.activities.school_rows import SchoolRows, run, step, told
from workflows.contracts.record import ApproveInput, ChangesInput, DraftInput, DraftResult

pytestmark = pytest.mark.adapter


@dataclass
class WatchedEngine:
    """The extractive engine; keeps the records it was given, and may be held or fail."""

    name: str = "extractive"
    records: list[ClassRecord] = field(default_factory=list)
    calls: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    released: asyncio.Event = field(default_factory=asyncio.Event)
    failing: bool = False

    async def draft(self, record: ClassRecord) -> Draft:
        self.records.append(record)
        self.calls.release()
        await self.released.wait()
        if self.failing:
            raise DraftingFailed
        return await ExtractiveEngine().draft(record)


@pytest.fixture
def engine() -> WatchedEngine:
    watched = WatchedEngine()
    watched.released.set()
    return watched


@pytest.fixture
def steps(school: SchoolRows, engine: WatchedEngine) -> DocumentationActivities:
    return DocumentationActivities(school.database, school.progress, Drafts(school.database, engine))


async def draft(school: SchoolRows, steps: DocumentationActivities) -> DraftResult:
    drafting = school.step(step=Step.DOCUMENTATION, state=SessionState.DOCUMENTING)
    return await run(steps.draft, DraftInput(drafting.session, drafting.progress))


async def taught(school: SchoolRows) -> None:
    await school.say("Ada", "Today we work on adding fractions.", minute=1)
    await school.say("Ada", "For homework, please do page twelve until Thursday.", minute=2)


async def stored(school: SchoolRows) -> tuple[Documentation, list[DocumentationRevision]]:
    async with school.database.tenant(school.id) as db:
        row = await documents.documentation(db, school.session.session_id)
        assert row is not None
        return row, await documents.revisions(db, school.session.session_id)


async def test_draft_becomes_the_first_revision_with_the_engine_as_author(
    school: SchoolRows, steps: DocumentationActivities
) -> None:
    await taught(school)

    assert await draft(school, steps) == DraftResult(statements=2, dropped=0, revision=1)

    row, (revision,) = await stored(school)
    assert (row.status, row.revision) == (DocumentationStatus.DRAFT, 1)
    assert (revision.author, len(revision.statements)) == ("engine:extractive", 2)
    assert await school.outcome(Step.DOCUMENTATION) == Outcome.DONE


async def test_engine_gets_the_transcript_in_order_with_roles_and_topics(
    school: SchoolRows, steps: DocumentationActivities, engine: WatchedEngine
) -> None:
    await school.say("Noor", "Later.", minute=9)
    await taught(school)

    await draft(school, steps)

    (record,) = engine.records
    assert [u.text.split()[0] for u in record.utterances] == ["Today", "For", "Later."]
    assert (record.course, record.topics, record.language) == (
        "Mathematics, year 6",
        ("Adding fractions",),
        "en",
    )
    assert [record.roles[u.identity] for u in record.utterances] == [
        Role.INSTRUCTOR,
        Role.INSTRUCTOR,
        Role.STUDENT,
    ]


async def test_drafting_again_keeps_the_draft_and_does_not_call_the_engine(
    school: SchoolRows, steps: DocumentationActivities, engine: WatchedEngine
) -> None:
    await taught(school)
    first = await draft(school, steps)
    await taught(school)

    assert await draft(school, steps) == first
    assert len(engine.records) == 1


async def test_reopened_class_is_drafted_again_from_all_of_its_transcript(
    school: SchoolRows, steps: DocumentationActivities, engine: WatchedEngine
) -> None:
    await taught(school)
    await draft(school, steps)
    await school.say("Ada", "Please also read page thirty.", minute=40)
    before = school.step(step=Step.DOCUMENTATION, state=SessionState.DOCUMENTING)
    again = DraftInput(before.session, before.progress, reopenings=1)
    assert (await run(steps.draft, again)).revision == 2
    assert (await run(steps.draft, again)).revision == 2, "attempted again"
    assert [len(record.utterances) for record in engine.records] == [2, 3]
    _, revisions = await stored(school)
    assert [row.reason for row in revisions] == [
        "drafted from the transcript",
        "drafted from the transcript after the class was reopened",
    ]


async def test_late_draft_does_not_replace_a_revision_by_a_person(
    school: SchoolRows, steps: DocumentationActivities
) -> None:
    utterance = await school.say("Ada", "Fractions.")
    await school.document(told(Section.TOPICS, "By hand.", utterance), author="a person")

    assert (await draft(school, steps)).revision == 1
    assert [revision.author for revision in (await stored(school))[1]] == ["a person"]


async def test_concurrent_attempts_write_one_draft_and_both_succeed(
    school: SchoolRows, steps: DocumentationActivities, engine: WatchedEngine
) -> None:
    """As when Temporal starts a second attempt while the timed-out first one is still at work."""
    await taught(school)
    engine.released.clear()
    both = asyncio.gather(draft(school, steps), draft(school, steps))
    for _ in range(2):
        await engine.calls.acquire()
    engine.released.set()

    first, second = await both

    assert first == second
    assert len((await stored(school))[1]) == 1


async def test_failed_engine_leaves_no_documentation_and_the_step_running(
    school: SchoolRows, steps: DocumentationActivities, engine: WatchedEngine
) -> None:
    engine.failing = True

    with pytest.raises(DraftingFailed):
        await draft(school, steps)

    async with school.database.tenant(school.id) as db:
        assert await documents.documentation(db, school.session.session_id) is None
    assert await school.outcome(Step.DOCUMENTATION) == Outcome.RUNNING


async def test_class_without_speech_gets_an_empty_draft(
    school: SchoolRows, steps: DocumentationActivities
) -> None:
    assert await draft(school, steps) == DraftResult(0, 0, 1)


async def test_only_the_current_revision_can_be_approved(
    school: SchoolRows, steps: DocumentationActivities
) -> None:
    utterance = await school.say("Ada", "Fractions.")
    await school.document(told(Section.TOPICS, "One.", utterance))
    await school.document(told(Section.TOPICS, "Two.", utterance), based_on=1)

    def approval(revision: int) -> ApproveInput:
        progress = step(step=Step.REVIEW, state=SessionState.REVIEW)
        return ApproveInput(school.session, progress, revision, "who")

    with pytest.raises(StaleRevision):
        await run(steps.approve, approval(1))
    assert (await stored(school))[0].status == DocumentationStatus.DRAFT

    for _ in range(2):
        await run(steps.approve, approval(2))
    row, _ = await stored(school)
    assert (row.status, row.revision, row.approved_by) == (DocumentationStatus.APPROVED, 2, "who")
    assert row.approved_at is not None


async def test_changes_can_be_requested_only_of_the_current_revision(
    school: SchoolRows, steps: DocumentationActivities
) -> None:
    await school.document(told(Section.TOPICS, "One.", await school.say("Ada", "Fractions.")))

    with pytest.raises(StaleRevision):
        await run(steps.request_changes, ChangesInput(school.session, revision=2))
    await run(steps.request_changes, ChangesInput(school.session, revision=1))

    assert (await stored(school))[0].status == DocumentationStatus.CHANGES_REQUESTED


async def test_approving_without_a_draft_is_not_found(
    school: SchoolRows, steps: DocumentationActivities
) -> None:
    with pytest.raises(NotFound):
        await run(steps.approve, ApproveInput(school.session, revision=1))
