"""Audio that came after a class was documented is counted, and is in the draft unless a person has worked on it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from activities.documentation import DocumentationActivities, LateAudioActivities
from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable
from domain.record.documentation import DocumentationStatus, Section
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance
from domain.sessions.completeness import Part
from domain.sessions.states import SessionState
from drafting.extractive import ExtractiveEngine
from models.documentation import DocumentationRevision
from models.repositories import documents, recordings
from services.cases import NewCase, open_case
from services.drafts import Drafts
from services.late_audio import LateAudioRecord, LateSpeech, late_speech
from tests.activities.school_rows import SchoolRows, run, step, told
from tests.stack import TestTemporal
from wiring.temporal import connect
from workflows.client import SessionClient, session_workflow_id
from workflows.contracts.late_audio import LateAudioResult
from workflows.contracts.record import DraftInput

pytestmark = pytest.mark.adapter


@pytest.fixture
async def classes(temporal_server: TestTemporal) -> SessionClient:
    """In a region without workers: what is started stays where it begins."""
    client = await connect(temporal_server.address, temporal_server.namespace)
    return SessionClient(client, f"late-audio-{uuid4()}")


@pytest.fixture
def steps(school: SchoolRows, classes: SessionClient) -> LateAudioActivities:
    drafts = Drafts(school.database, ExtractiveEngine())
    return LateAudioActivities(LateAudioRecord(school.database, drafts, classes))


@pytest.fixture
async def draft(school: SchoolRows) -> Utterance:
    """A class in review whose draft has the first sentence; the case of late audio is open."""
    await school.change_session(
        state=SessionState.REVIEW,
        live_at=school.starts_at,
        ended_at=school.starts_at + timedelta(minutes=30),
    )
    said = await school.say("Ada", "Today we work on adding fractions.", minute=1)
    await school.document(told(Section.TOPICS, "Adding fractions.", said))
    new = NewCase.about_session(
        school.id, school.session.session_id, ExceptionKind.RECORDING_LATE, "dead", {"seconds": "12"}
    )
    async with school.database.tenant(school.id) as db:
        await open_case(db, new, utc_now())
    return said


async def comes_late(school: SchoolRows, text: str, minute: float = 10) -> Utterance | None:
    """12 s of a segment were transcribed late; the text stands in it, if there is one."""
    started_at = school.starts_at + timedelta(minutes=minute) - timedelta(seconds=2)
    segment = AudioSegment(
        school.id,
        school.session.session_id,
        str((await school.participants())["Ada"].id),
        participant_sid="PA",
        track_sid="TR",
        recorder_id="dead",
        seq=0,
        started_at=started_at,
        samples=12 * 16_000,
        sample_rate=16_000,
        codec="flac",
        key=f"late {started_at}",
        sha256="",
        size=0,
    )
    said = await school.say("Ada", text, minute=minute) if text else None
    async with school.database.tenant(school.id) as db:
        await recordings.register(db, [segment])
        await recordings.mark_transcribed(db, [segment.key], late_at=utc_now())
    return said


async def revisions(school: SchoolRows) -> list[DocumentationRevision]:
    async with school.database.tenant(school.id) as db:
        return await documents.revisions(db, school.session.session_id)


async def speech(school: SchoolRows) -> LateSpeech | None:
    async with school.database.tenant(school.id) as db:
        return await late_speech(db, school.session.session_id)


async def resolutions(school: SchoolRows) -> list[str]:
    return [case.resolution for case in await school.cases() if case.kind == ExceptionKind.RECORDING_LATE]


async def test_an_untouched_draft_is_made_again_with_the_late_audio(
    school: SchoolRows, steps: LateAudioActivities, draft: Utterance
) -> None:
    late = await comes_late(school, "For homework, please do page twelve until Thursday.")
    assert late is not None
    for _ in range(2):
        assert await run(steps.count, school.session) == LateAudioResult(12.0, 1, revision=2)
    first, again = await revisions(school)
    assert (first.reason, again.reason) == ("", "drafted again with audio that came late")
    async with school.database.tenant(school.id) as db:
        written = await documents.statements(db, school.session.session_id, 2)
    cited = {citation.utterance_id for statement in written for citation in statement.citations}
    assert cited == {draft.id, late.id}
    assert await speech(school) == LateSpeech(12.0, frozenset({late.id}), revision=2)
    assert await resolutions(school) == ["It is transcribed, and revision 2 of the draft was made with it."]


@pytest.mark.parametrize("worked_on", ["changed", "sent back", "approved"])
async def test_what_a_person_has_worked_on_stays_and_the_late_words_are_known(
    school: SchoolRows, steps: LateAudioActivities, draft: Utterance, worked_on: str
) -> None:
    number = 1
    if worked_on == "changed":
        number = await school.document(told(Section.TOPICS, "By hand.", draft), based_on=1, author="a person")
    else:
        approved = worked_on == "approved"
        status = DocumentationStatus.APPROVED if approved else DocumentationStatus.CHANGES_REQUESTED
        async with school.database.tenant(school.id) as db:
            await documents.set_status(db, school.session.session_id, 1, status, at=utc_now())
    before = await revisions(school)
    late = await comes_late(school, "For homework, please do page twelve until Thursday.")
    assert late is not None
    assert await run(steps.count, school.session) == LateAudioResult(12.0, 1, revision=None)
    assert [(row.revision, row.statements) for row in await revisions(school)] == [
        (row.revision, row.statements) for row in before
    ]
    assert before[-1].revision == number
    assert await speech(school) == LateSpeech(12.0, frozenset({late.id}), revision=None)
    assert await resolutions(school) == [""]


async def test_late_audio_without_words_changes_nothing_and_needs_nobody(
    school: SchoolRows, steps: LateAudioActivities, draft: Utterance
) -> None:
    await comes_late(school, "")
    assert await run(steps.count, school.session) == LateAudioResult(12.0, 0, revision=None)
    assert len(await revisions(school)) == 1
    assert await resolutions(school) == ["It is transcribed, and nothing was said in it."]


async def close(school: SchoolRows) -> None:
    await school.change_session(
        state=SessionState.CLOSED,
        outcome="held",
        live_at=school.starts_at,
        ended_at=school.starts_at + timedelta(minutes=30),
        completeness={"have": [], "missing": [Part.TRANSCRIPT], "share": 0.0},
    )


async def test_a_closed_class_counts_its_completeness_again_and_starts_to_be_documented(
    school: SchoolRows, steps: LateAudioActivities, temporal_server: TestTemporal
) -> None:
    await close(school)
    await comes_late(school, "Today we work on adding fractions.")
    await run(steps.count, school.session)
    counted = (await school.row()).completeness
    assert counted is not None
    assert Part.TRANSCRIPT in counted["have"]
    assert counted["share"] > 0
    assert await revisions(school) == [], "the workflow of the class drafts it"
    client = await connect(temporal_server.address, temporal_server.namespace)
    begun = client.get_workflow_handle(session_workflow_id(school.session.session_id))
    assert (await begun.describe()).status == WorkflowExecutionStatus.RUNNING
    with pytest.raises(Unavailable):  # it is tried again until the draft is there
        await run(steps.count, school.session)


@pytest.mark.parametrize("text", ["", "Today we work on adding fractions."])
async def test_a_closed_class_without_words_or_with_a_draft_is_not_documented_again(
    school: SchoolRows, steps: LateAudioActivities, temporal_server: TestTemporal, text: str
) -> None:
    if text:
        await school.document(told(Section.TOPICS, "By hand.", await school.say("Ada", text)))
    await close(school)
    await comes_late(school, text)
    await run(steps.count, school.session)
    client = await connect(temporal_server.address, temporal_server.namespace)
    with pytest.raises(RPCError, match="not found"):
        await client.get_workflow_handle(session_workflow_id(school.session.session_id)).describe()


async def test_a_new_draft_resolves_the_cases_of_what_it_has(school: SchoolRows, draft: Utterance) -> None:
    """The draft of a class that was closed without one, or that was reopened."""
    await comes_late(school, "For homework, please do page twelve until Thursday.")
    kinds = ExceptionKind.TRANSCRIPT_INCOMPLETE, ExceptionKind.DRAFT_FAILED
    async with school.database.tenant(school.id) as db:
        for kind in kinds:
            await open_case(
                db, NewCase.about_session(school.id, school.session.session_id, kind, "", {}), utc_now()
            )
    drafts = Drafts(school.database, ExtractiveEngine())
    drafting = DocumentationActivities(school.database, school.progress, drafts)
    await run(drafting.draft, DraftInput(school.session, step(state=SessionState.DOCUMENTING), reopenings=1))
    assert {case.kind: case.resolution for case in await school.cases()} == {
        ExceptionKind.RECORDING_LATE: "It is transcribed, and revision 2 of the draft was made with it.",
        ExceptionKind.TRANSCRIPT_INCOMPLETE: "All audio is transcribed.",
        ExceptionKind.DRAFT_FAILED: "The draft is made.",
    }
