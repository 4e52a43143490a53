"""What has become of each artefact of a class, counted from what is stored: a state, and the reason for it.

An artefact that is still being made is pending. All others are terminal: nothing that a class makes by itself is left
in between once the class is closed or cancelled and its messages are delivered or given up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from domain.notices.kinds import DeliveryState
from domain.record.capture_coverage import COMPLETE_SHARE, TrackCoverage
from domain.record.documentation import DocumentationStatus
from domain.record.speech_check import Speech, is_empty, missing_speakers
from domain.sessions.states import FINAL_STATES, OVER_STATES, SessionState


class Artefact(StrEnum):
    AUDIO = "audio"  # of one track
    TRANSCRIPT = "transcript"
    DRAFT = "draft"
    NOTICES = "notices"
    ATTENDANCE = "attendance"


class ArtefactState(StrEnum):
    PENDING = "pending"  # it is still being made, or waits for a person
    COMPLETE = "complete"
    PARTIAL = "partial"  # a part of it is missing
    EMPTY = "empty"  # it was made and holds nothing, although there was something to hold
    MISSING = "missing"
    NOT_NEEDED = "not_needed"  # the class has nothing that it could hold

    @property
    def is_terminal(self) -> bool:
        return self != ArtefactState.PENDING


class ArtefactReason(StrEnum):
    NOT_OVER = "not_over"  # the class, or the work on its record
    NOT_HELD = "not_held"
    # Audio
    STORED = "stored"
    GAPS = "gaps"
    NOTHING_STORED = "nothing_stored"
    MICROPHONE_OFF = "microphone_off"  # nobody's was on
    # Transcript
    WORDS_STORED = "words_stored"
    NOBODY_SPOKE = "nobody_spoke"
    NO_WORDS = "no_words"
    SPEAKER_MISSING = "speaker_missing"
    AUDIO_NOT_TRANSCRIBED = "audio_not_transcribed"
    NOT_RECORDED = "not_recorded"
    # Draft
    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    WAITS_FOR_REVIEW = "waits_for_review"
    NOTHING_TO_DRAFT = "nothing_to_draft"
    DRAFTING_FAILED = "drafting_failed"
    # Notices
    SENT = "sent"
    WAITING = "waiting"
    UNDELIVERABLE = "undeliverable"
    NOBODY_TO_TELL = "nobody_to_tell"
    # Attendance
    FILED = "filed"
    NOT_FILED = "not_filed"


@dataclass(frozen=True)
class ArtefactStatus:
    """An artefact, its state and why. `counts` are of what is stored, seconds rounded to one decimal."""

    artefact: Artefact
    state: ArtefactState
    reason: ArtefactReason
    identity: str | None = None  # the speaker of a track
    track_sid: str | None = None
    speakers: tuple[str, ...] = ()  # identities of those whose part is missing
    counts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredRecord:
    """What is stored of a class."""

    state: SessionState
    held: bool
    tracks: Sequence[TrackCoverage] = ()
    segments: int = 0
    untranscribed: int = 0  # segments whose words are not all stored
    speech: Mapping[str, Speech] = field(default_factory=dict)  # by identity
    documentation: DocumentationStatus | None = None
    statements: int = 0
    drafting_failed: bool = False
    notices: Sequence[DeliveryState] = ()
    attendance: int = 0  # filed rows


_S, _R = ArtefactState, ArtefactReason


def artefacts(record: StoredRecord) -> list[ArtefactStatus]:
    """All artefacts of a class; audio has one for each track, or one that says why there is none."""
    return [
        *_audio(record),
        _transcript(record),
        _draft(record),
        _notices(record.notices, is_final=record.state in FINAL_STATES),
        _attendance(record),
    ]


def _audio(record: StoredRecord) -> Iterable[ArtefactStatus]:
    if record.tracks:
        for track in record.tracks:
            yield _track(track, is_over=record.state in OVER_STATES)
        return
    counts = {"segments": record.segments}
    if record.segments:
        state, reason = _S.COMPLETE, _R.STORED
    else:
        state, reason = _S.NOT_NEEDED, _R.MICROPHONE_OFF if record.held else _R.NOT_HELD
    yield _unless_pending(record, OVER_STATES, Artefact.AUDIO, state, reason, counts)


def _track(track: TrackCoverage, *, is_over: bool) -> ArtefactStatus:
    counts = {
        "expected_seconds": round(track.expected_seconds, 1),
        "stored_seconds": round(track.heard_seconds, 1),
    }
    if not is_over:
        state, reason = _S.PENDING, _R.NOT_OVER
    elif track.expected_seconds == 0:
        state, reason = _S.NOT_NEEDED, _R.MICROPHONE_OFF
    elif track.heard_seconds <= 0:
        state, reason = _S.MISSING, _R.NOTHING_STORED
    elif track.heard_seconds < COMPLETE_SHARE * track.expected_seconds:
        state, reason = _S.PARTIAL, _R.GAPS
    else:
        state, reason = _S.COMPLETE, _R.STORED
    return ArtefactStatus(
        Artefact.AUDIO, state, reason, identity=track.identity, track_sid=track.track_sid, counts=counts
    )


def _transcript(record: StoredRecord) -> ArtefactStatus:
    done = OVER_STATES - {SessionState.DOCUMENTING}
    speech = record.speech
    counts = {
        "talk_seconds": round(sum(own.talk_seconds for own in speech.values()), 1),
        "words": sum(own.words for own in speech.values()),
        "segments": record.segments,
        "untranscribed_segments": record.untranscribed,
    }
    missing = missing_speakers(speech)
    if not record.held:
        state, reason = _S.NOT_NEEDED, _R.NOT_HELD
    elif record.segments == 0 and any(track.expected_seconds for track in record.tracks):
        state, reason = _S.MISSING, _R.NOT_RECORDED
    elif is_empty(speech):
        state, reason = _S.EMPTY, _R.NO_WORDS
    elif missing:
        state, reason = _S.PARTIAL, _R.SPEAKER_MISSING
    elif record.untranscribed:
        state, reason = _S.PARTIAL, _R.AUDIO_NOT_TRANSCRIBED
    elif counts["words"] == 0:
        state, reason = _S.NOT_NEEDED, _R.NOBODY_SPOKE
    else:
        state, reason = _S.COMPLETE, _R.WORDS_STORED
    status = _unless_pending(record, done, Artefact.TRANSCRIPT, state, reason, counts)
    return replace(status, speakers=missing) if status.state.is_terminal else status


def _draft(record: StoredRecord) -> ArtefactStatus:
    done = OVER_STATES - {SessionState.DOCUMENTING, SessionState.REVIEW}
    counts = {"statements": record.statements}
    if record.documentation == DocumentationStatus.APPROVED:
        return ArtefactStatus(Artefact.DRAFT, _S.COMPLETE, _R.APPROVED, counts=counts)
    if not record.held:
        state, reason = _S.NOT_NEEDED, _R.NOT_HELD
    elif record.documentation is not None and record.state == SessionState.REVIEW:
        return ArtefactStatus(Artefact.DRAFT, _S.PENDING, _R.WAITS_FOR_REVIEW, counts=counts)
    elif record.documentation is not None:
        state, reason = _S.PARTIAL, _R.NOT_APPROVED
    elif record.drafting_failed:
        state, reason = _S.MISSING, _R.DRAFTING_FAILED
    else:
        state, reason = _S.NOT_NEEDED, _R.NOTHING_TO_DRAFT
    return _unless_pending(record, done, Artefact.DRAFT, state, reason, counts)


def _notices(notices: Sequence[DeliveryState], *, is_final: bool) -> ArtefactStatus:
    counts = {state.value: notices.count(state) for state in DeliveryState}
    if counts[DeliveryState.WAITING]:
        state, reason = _S.PENDING, _R.WAITING
    elif not is_final:
        state, reason = _S.PENDING, _R.NOT_OVER
    elif counts[DeliveryState.FAILED]:
        state = _S.PARTIAL if counts[DeliveryState.SENT] else _S.MISSING
        reason = _R.UNDELIVERABLE
    elif counts[DeliveryState.SENT]:
        state, reason = _S.COMPLETE, _R.SENT
    else:
        state, reason = _S.NOT_NEEDED, _R.NOBODY_TO_TELL
    return ArtefactStatus(Artefact.NOTICES, state, reason, counts=counts)


def _attendance(record: StoredRecord) -> ArtefactStatus:
    counts = {"people": record.attendance}
    if record.attendance:
        state, reason = _S.COMPLETE, _R.FILED
    elif record.state == SessionState.CANCELLED:
        state, reason = _S.NOT_NEEDED, _R.NOT_HELD
    else:
        state, reason = _S.MISSING, _R.NOT_FILED
    return _unless_pending(record, FINAL_STATES, Artefact.ATTENDANCE, state, reason, counts)


def _unless_pending(
    record: StoredRecord,
    done: Iterable[SessionState],
    artefact: Artefact,
    state: ArtefactState,
    reason: ArtefactReason,
    counts: Mapping[str, float] | None = None,
) -> ArtefactStatus:
    """The state of an artefact in these states of the class; before them it is pending."""
    if record.state not in done:
        state, reason = _S.PENDING, _R.NOT_OVER
    return ArtefactStatus(artefact, state, reason, counts=counts or {})
