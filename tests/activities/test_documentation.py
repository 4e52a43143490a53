"""Documentation steps: drafted once, decided on the revision that was read."""

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
from tests.activities.school import School, run, step, told
from workflows.contracts.record import ApproveInput, ChangesInput, DraftResult

pytestmark = pytest.mark.adapter


@dataclass
class Watched:
    """The extractive engine; keeps what it was given, and may be held or fail."""

    name: str = "extractive"
    given: list[ClassRecord] = field(default_factory=list)
    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    failing: bool = False

    async def draft(self, record: ClassRecord) -> Draft:
        self.given.append(record)
        self.asked.release()
        await self.goes_on.wait()
        if self.failing:
            raise DraftingFailed
        return await ExtractiveEngine().draft(record)


@pytest.fixture
def engine() -> Watched:
    watched = Watched()
    watched.goes_on.set()
    return watched


@pytest.fixture
def steps(school: School, engine: Watched) -> DocumentationActivities:
    return DocumentationActivities(school.database, school.progress, Drafts(school.database, engine))


async def draft(school: School, steps: DocumentationActivities) -> DraftResult:
    return await run(steps.draft, school.step(step=Step.DOCUMENTATION, state=SessionState.DOCUMENTING))


async def taught(school: School) -> None:
    await school.say("Ada", "Today we work on adding fractions.", minute=1)
    await school.say("Ada", "For homework, please do page twelve until Thursday.", minute=2)


async def stored(school: School) -> tuple[Documentation, list[DocumentationRevision]]:
    async with school.database.tenant(school.id) as db:
        row = await documents.documentation(db, school.session.session_id)
        assert row is not None
        return row, await documents.revisions(db, school.session.session_id)


async def test_a_draft_is_the_first_revision_by_its_engine(
    school: School, steps: DocumentationActivities
) -> None:
    await taught(school)

    assert await draft(school, steps) == DraftResult(statements=2, dropped=0, revision=1)

    row, (revision,) = await stored(school)
    assert (row.status, row.revision) == (DocumentationStatus.DRAFT, 1)
    assert (revision.author, len(revision.statements)) == ("engine:extractive", 2)
    assert await school.outcome(Step.DOCUMENTATION) == Outcome.DONE


async def test_the_engine_reads_what_was_said_in_order_with_roles_and_plan(
    school: School, steps: DocumentationActivities, engine: Watched
) -> None:
    await school.say("Noor", "Later.", minute=9)
    await taught(school)

    await draft(school, steps)

    (given,) = engine.given
    assert [u.text.split()[0] for u in given.utterances] == ["Today", "For", "Later."]
    assert (given.course, given.topics, given.language) == (
        "Mathematics, year 6",
        ("Adding fractions",),
        "en",
    )
    assert [given.roles[u.identity] for u in given.utterances] == [
        Role.INSTRUCTOR,
        Role.INSTRUCTOR,
        Role.STUDENT,
    ]


async def test_drafting_again_leaves_the_draft_as_it_is_and_asks_no_engine(
    school: School, steps: DocumentationActivities, engine: Watched
) -> None:
    await taught(school)
    first = await draft(school, steps)
    await taught(school)

    assert await draft(school, steps) == first
    assert len(engine.given) == 1


async def test_a_revision_by_a_person_survives_a_late_draft(
    school: School, steps: DocumentationActivities
) -> None:
    said = await school.say("Ada", "Fractions.")
    await school.document(told(Section.TOPICS, "By hand.", said), author="a person")

    assert (await draft(school, steps)).revision == 1
    assert [revision.author for revision in (await stored(school))[1]] == ["a person"]


async def test_two_attempts_at_once_write_one_draft_and_both_end_well(
    school: School, steps: DocumentationActivities, engine: Watched
) -> None:
    """The first was given up for late, and writes after all."""
    await taught(school)
    engine.goes_on.clear()
    both = asyncio.gather(draft(school, steps), draft(school, steps))
    for _ in range(2):
        await engine.asked.acquire()
    engine.goes_on.set()

    first, second = await both

    assert first == second
    assert len((await stored(school))[1]) == 1


async def test_an_engine_that_fails_leaves_no_documentation_and_a_running_step(
    school: School, steps: DocumentationActivities, engine: Watched
) -> None:
    engine.failing = True

    with pytest.raises(DraftingFailed):
        await draft(school, steps)

    async with school.database.tenant(school.id) as db:
        assert await documents.documentation(db, school.session.session_id) is None
    assert await school.outcome(Step.DOCUMENTATION) == Outcome.RUNNING


async def test_a_class_without_words_has_an_empty_draft(
    school: School, steps: DocumentationActivities
) -> None:
    assert await draft(school, steps) == DraftResult(0, 0, 1)


async def test_approval_is_of_the_revision_that_was_read(
    school: School, steps: DocumentationActivities
) -> None:
    said = await school.say("Ada", "Fractions.")
    await school.document(told(Section.TOPICS, "One.", said))
    await school.document(told(Section.TOPICS, "Two.", said), based_on=1)

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


async def test_changes_are_asked_of_the_revision_that_was_read(
    school: School, steps: DocumentationActivities
) -> None:
    await school.document(told(Section.TOPICS, "One.", await school.say("Ada", "Fractions.")))

    with pytest.raises(StaleRevision):
        await run(steps.request_changes, ChangesInput(school.session, revision=2))
    await run(steps.request_changes, ChangesInput(school.session, revision=1))

    assert (await stored(school))[0].status == DocumentationStatus.CHANGES_REQUESTED


async def test_what_was_never_drafted_is_not_approved(school: School, steps: DocumentationActivities) -> None:
    with pytest.raises(NotFound):
        await run(steps.approve, ApproveInput(school.session, revision=1))
