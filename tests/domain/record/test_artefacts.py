"""What becomes of the artefacts of a class."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notices.kinds import DeliveryState
from domain.record.artefacts import Artefact, StoredRecord, artefacts
from domain.record.capture_coverage import TrackCoverage
from domain.record.documentation import DocumentationStatus
from domain.record.speech_check import Speech, missing_speakers, speech_of
from domain.record.transcript import Utterance
from domain.sessions.states import FINAL_STATES, SessionState
from tests.domain.session_events import at

pytestmark = pytest.mark.unit

S, D = SessionState, DeliveryState
TALKED = Speech(120, 240)
SILENT = Speech(0, 0)


def found(state: SessionState = S.CLOSED, *, held: bool = True, **stored: Any) -> dict[Artefact, str]:
    """`state reason` of each artefact, of audio of its last track."""
    record = StoredRecord(state, held, **stored)
    return {one.artefact: f"{one.state} {one.reason}" for one in artefacts(record)}


def track(expected: float, heard: float) -> TrackCoverage:
    return TrackCoverage("ada", "TR_1", expected, heard)


@pytest.mark.parametrize(
    ("tracks", "audio"),
    [
        ([track(60, 60)], "complete stored"),
        ([track(60, 58)], "complete stored"),
        ([track(60, 40)], "partial gaps"),
        ([track(60, 0)], "missing nothing_stored"),
        ([track(0, 0)], "not_needed microphone_off"),
        ([], "not_needed microphone_off"),
    ],
)
def test_audio_of_a_track_is_judged_by_what_is_stored_of_it(tracks: list[TrackCoverage], audio: str) -> None:
    assert found(tracks=tracks)[Artefact.AUDIO] == audio


@pytest.mark.parametrize(
    ("stored", "transcript"),
    [
        ({"segments": 4, "speech": {"ada": TALKED}}, "complete words_stored"),
        ({"segments": 4, "speech": {"ada": TALKED, "leo": SILENT}}, "complete words_stored"),
        ({"segments": 4, "speech": {"ada": TALKED, "leo": Speech(80, 2)}}, "partial speaker_missing"),
        ({"segments": 4, "speech": {"ada": Speech(300, 0), "leo": SILENT}}, "empty no_words"),
        ({"segments": 4, "speech": {"ada": Speech(300, 0), "leo": Speech(10, 0)}}, "empty no_words"),
        ({"segments": 4, "speech": {"ada": SILENT}}, "not_needed nobody_spoke"),
        ({"segments": 4, "untranscribed": 2, "speech": {"ada": TALKED}}, "partial audio_not_transcribed"),
        ({"segments": 0, "tracks": [track(60, 0)]}, "missing not_recorded"),
        ({"segments": 0}, "not_needed nobody_spoke"),
    ],
)
def test_transcript_is_judged_by_talk_and_words(stored: Mapping[str, Any], transcript: str) -> None:
    assert found(**stored)[Artefact.TRANSCRIPT] == transcript


@pytest.mark.parametrize(
    ("state", "stored", "draft"),
    [
        (S.CLOSED, {"documentation": DocumentationStatus.APPROVED, "statements": 5}, "complete approved"),
        (S.CLOSED, {"documentation": DocumentationStatus.DRAFT, "statements": 5}, "partial not_approved"),
        (S.REVIEW, {"documentation": DocumentationStatus.DRAFT}, "pending waits_for_review"),
        (S.DOCUMENTING, {}, "pending not_over"),
        (S.CLOSED, {"drafting_failed": True}, "missing drafting_failed"),
        (S.CLOSED, {}, "not_needed nothing_to_draft"),
    ],
)
def test_draft_is_done_with_its_approval(state: SessionState, stored: Mapping[str, Any], draft: str) -> None:
    assert found(state, **stored)[Artefact.DRAFT] == draft


@pytest.mark.parametrize(
    ("notices", "state"),
    [
        ([D.SENT, D.WITHDRAWN], "complete sent"),
        ([D.SENT, D.FAILED], "partial undeliverable"),
        ([D.FAILED], "missing undeliverable"),
        ([D.SENT, D.WAITING], "pending waiting"),
        ([], "not_needed nobody_to_tell"),
    ],
)
def test_messages_are_counted_by_their_delivery(notices: list[DeliveryState], state: str) -> None:
    assert found(notices=notices)[Artefact.NOTICES] == state


def test_audio_of_which_no_track_was_reported_is_kept_all_the_same() -> None:
    assert found(segments=4)[Artefact.AUDIO] == "complete stored"


def test_class_that_was_not_held_needs_no_record() -> None:
    states = found(S.CANCELLED, held=False)

    assert {state.split()[0] for state in states.values()} == {"not_needed"}


RECORDS = st.builds(
    StoredRecord,
    state=st.sampled_from(sorted(FINAL_STATES)),
    held=st.booleans(),
    tracks=st.lists(
        st.builds(
            TrackCoverage, st.sampled_from("ab"), st.just("TR"), st.floats(0, 9_000), st.floats(0, 9_000)
        )
    ),
    segments=st.integers(0, 9),
    untranscribed=st.integers(0, 9),
    speech=st.dictionaries(
        st.sampled_from("abc"), st.builds(Speech, st.floats(0, 9_000), st.integers(0, 9_000))
    ),
    documentation=st.none() | st.sampled_from(DocumentationStatus),
    drafting_failed=st.booleans(),
    notices=st.lists(st.sampled_from([D.SENT, D.FAILED, D.WITHDRAWN])),
    attendance=st.integers(0, 5),
)


@given(RECORDS)
def test_all_artefacts_of_a_class_that_is_over_and_told_of_are_terminal(record: StoredRecord) -> None:
    statuses = artefacts(record)

    assert {one.artefact for one in statuses} == set(Artefact)
    assert all(one.state.is_terminal for one in statuses)


@given(st.dictionaries(st.sampled_from("abc"), st.floats(0, 9_000)), st.floats(0.5, 4))
def test_nobody_is_missing_who_speaks_slowly_or_not_at_all(talk: dict[str, float], pace: float) -> None:
    speech = {who: Speech(seconds, int(seconds * pace) + 1) for who, seconds in talk.items()}

    assert missing_speakers(speech) == ()


def test_words_are_counted_by_speaker_also_of_engines_that_give_no_times() -> None:
    spoken = Utterance(
        UUID(int=1), "ada", "TR", at(0), at(2), "two plus two is four", (), "en", 0.9, "engine"
    )

    assert speech_of({"ada": 40.0, "leo": 40.0}, [spoken]) == {"ada": Speech(40, 5), "leo": Speech(40, 0)}
