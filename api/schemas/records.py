"""Response bodies of a session's record: transcript, attendance, documentation, notices, exceptions."""

from collections.abc import Collection
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.intervals import Interval, total_seconds
from domain.notices.kinds import DeliveryState
from domain.people.roles import Role, identity_of
from domain.presence.chat import ChatMessage
from domain.presence.verdicts import AttendanceStatus
from domain.record.artefacts import Artefact, ArtefactReason, ArtefactState, ArtefactStatus
from domain.record.audience_rule import OutsideAudience
from domain.record.documentation import DocumentationStatus, Statement
from domain.record.doubtful_numbers import Doubt, DoubtfulNumber
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance, Word
from domain.sessions.admission import in_force
from domain.subjects import SubjectKind
from models.documentation import DocumentationRevision
from models.notice import Notice
from models.record import AttendanceRow
from models.session import Participant, Session
from services.attendance import status_of
from services.inputs.fields import Schema


class UtteranceOut(Schema):
    id: UUID
    participant_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    text: str
    words: tuple[Word, ...]
    language: str
    confidence: float
    engine: str

    @classmethod
    def of(cls, utterance: Utterance) -> Self:
        return cls(
            id=utterance.id,
            participant_id=UUID(utterance.identity),
            starts_at=utterance.starts_at,
            ends_at=utterance.ends_at,
            text=utterance.text,
            words=utterance.words,
            language=utterance.language,
            confidence=utterance.confidence,
            engine=utterance.engine,
        )


class ChatMessageOut(Schema):
    id: str = Field(description="The id of the LiveKit text stream that carried the message.")
    participant_id: UUID | None = Field(
        description="Who wrote it; null: the school, or nobody who is in the class."
    )
    sent_at: AwareDatetime
    text: str

    @classmethod
    def of(cls, message: ChatMessage, participants: Collection[UUID]) -> Self:
        sender = next((one for one in participants if identity_of(one) == message.identity), None)
        return cls(id=message.id, participant_id=sender, sent_at=message.sent_at, text=message.text)


class ArtefactOut(Schema):
    artefact: Artefact
    state: ArtefactState
    reason: ArtefactReason
    participant_id: UUID | None = Field(description="Whose audio it is; null: it is of the whole class.")
    track_sid: str | None = Field(description="LiveKit's id of the track; null: it is no audio.")
    missing_participant_ids: list[UUID] = Field(description="Of a transcript: who talked and is not in it.")
    counts: dict[str, float] = Field(
        description="What is stored, for example `talk_seconds` and `words` of a transcript."
    )

    @classmethod
    def of(cls, status: ArtefactStatus) -> Self:
        return cls(
            artefact=status.artefact,
            state=status.state,
            reason=status.reason,
            participant_id=UUID(status.identity) if status.identity else None,
            track_sid=status.track_sid,
            missing_participant_ids=[UUID(identity) for identity in status.speakers],
            counts=dict(status.counts),
        )


class AttendanceOut(Schema):
    participant_id: UUID
    role: Role  # observers are listed too, although the class does not expect them
    seconds: float
    first_joined_at: AwareDatetime | None
    last_left_at: AwareDatetime | None
    reconnects: int
    connections: list[Any]
    engagement: dict[str, Any]
    excused: bool = Field(description="Never came, and the family said so before the class.")
    status: AttendanceStatus | None = Field(
        description="What counts: as the school has set it, else as measured. null: a guest, or the class is not over "
        "or was not held."
    )
    measured_status: AttendanceStatus | None = Field(
        description="By the rule `present_share` of the class, and the evidence."
    )
    class_share: float | None = Field(
        ge=0, le=1, description="Share of the class's time in which the person was in the room."
    )
    late_seconds: float | None = Field(ge=0, description="How late the person came; 0: in time, or never.")
    left_early_seconds: float | None = Field(ge=0, description="How early they left; 0: not, or never came.")
    override: "AttendanceOverride | None" = Field(description="null: the school has set nothing.")

    @classmethod
    def of(cls, row: AttendanceRow, person: Participant, *, excused: bool) -> Self:
        names = {name: name for name in cls.model_fields} | {"measured_status": "status"}
        own = {
            "role": person.role,
            "excused": excused,
            "status": status_of(row, person),
            "override": AttendanceOverride.of(person),
        }
        return cls(**{name: getattr(row, column) for name, column in names.items() if name not in own}, **own)


class AttendanceOverride(Schema):
    """An attendance that the school has set by hand; the measured values stay beside it."""

    status: AttendanceStatus
    reason: str
    set_by: str = Field(description="Who set it, as in the audit log.")
    set_at: AwareDatetime

    @classmethod
    def of(cls, person: Participant) -> Self | None:
        if person.attendance_status is None or person.attendance_set_at is None:
            return None
        return cls(
            status=person.attendance_status,
            reason=person.attendance_reason or "",
            set_by=person.attendance_set_by or "",
            set_at=person.attendance_set_at,
        )


class ParticipantOut(Schema):
    id: UUID
    role: Role
    student_id: UUID | None
    instructor_id: UUID | None
    name: str = Field(description="The display name in class.")
    present: bool = Field(description="Whether the person is in the room now.")
    attended: bool | None = Field(
        description="Whether the person has been in the room; null if the class was cancelled without them."
    )
    removed_at: AwareDatetime | None = Field(
        None, description="When the person was removed from the class, after its room had opened."
    )
    sent_out_at: AwareDatetime | None = Field(
        None, description="When the person was removed from the room; null: they may come in."
    )
    checked_in_at: AwareDatetime | None = Field(
        None, description="When the instructor confirmed to be there at the present start of the class."
    )

    @classmethod
    def of(
        cls,
        session: Session,
        person: Participant,
        attendance: AttendanceRow | None,
        *,
        over: bool,
        cancelled: bool,
    ) -> Self:
        connections = attendance.connections if attendance else []
        return cls(
            id=person.id,
            role=person.role,
            student_id=person.student_id,
            instructor_id=person.instructor_id,
            name=person.name,
            present=not over and any(connection["left_at"] is None for connection in connections),
            attended=bool(connections) or (None if cancelled else False),
            removed_at=person.removed_at,
            sent_out_at=person.sent_out_at
            if in_force(person.sent_out_at, session.occurrence_since)
            else None,
            checked_in_at=person.checked_in_at if person.has_checked_in(session.starts_at) else None,
        )


Seconds = Annotated[float, Field(ge=0, json_schema_extra={"x-unit": "seconds"})]
Share = Annotated[float, Field(ge=0, le=1)]


class EngagementOut(Schema):
    """Observable acts, never emotions."""

    participant_id: UUID
    role: Role
    talk_seconds: Seconds = Field(0, description="Time spoken, without pauses.")
    talk_share: Share = Field(0, description="Share of all talk time in the class, 0 to 1.")
    chat_messages: int = 0
    hand_raises: int = 0
    microphone_seconds: Seconds = Field(0, description="Time published and not muted.")
    camera_seconds: Seconds = 0
    worst_quality: Literal["lost", "poor", "good", "excellent"] | None = None
    mean_quality: Annotated[float, Field(ge=0, le=3)] | None = Field(
        None, description="Time-weighted mean: 0 lost, 1 poor, 2 good, 3 excellent."
    )
    concealed_ratio: Share | None = Field(
        None, description="Share of this person's audio that the decoder had to conceal, 0 to 1."
    )
    audio_only_seconds: Seconds = Field(0, description="Time with video dropped to keep audio clear.")

    @classmethod
    def of(cls, row: AttendanceRow, role: Role) -> Self:
        return cls(participant_id=row.participant_id, role=role, **row.engagement)


class SegmentOut(Schema):
    """A stretch of audio without a gap."""

    started_at: AwareDatetime
    ended_at: AwareDatetime
    seconds: Seconds
    codec: Literal["flac", "opus"]
    sample_rate: int = Field(description="Hz.")
    size: int = Field(description="Bytes.")
    sha256: str
    url: str = Field(
        description="Anyone with this URL can read the audio until it expires. `Range` is supported."
    )

    @classmethod
    def of(cls, segment: AudioSegment, url: str) -> Self:
        names = ("started_at", "ended_at", "codec", "sample_rate", "size", "sha256")
        fields = {name: getattr(segment, name) for name in names}
        return cls(**fields, seconds=round(segment.duration.total_seconds(), 3), url=url)


class UnheardOut(Schema):
    """A time in which the participant was unmuted and is not in the recording."""

    started_at: AwareDatetime
    ended_at: AwareDatetime
    seconds: Seconds

    @classmethod
    def of(cls, span: Interval) -> Self:
        seconds = round(total_seconds([span]), 3)
        return cls(started_at=span.start, ended_at=span.end, seconds=seconds)


class RecordingOut(Schema):
    participant_id: UUID
    links_expire_at: AwareDatetime
    segments: list[SegmentOut] = Field(description="In chronological order.")
    unheard: list[UnheardOut] = Field(description="What is missing, in chronological order.")


class RevisionOut(Schema):
    revision: int
    author: str
    reason: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: DocumentationRevision) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class AudienceWarning(Schema):
    """A statement is about students who are not in its audience: other families would read of them."""

    position: int = Field(description="Position of the statement, from 1.")
    students: list[UUID] = Field(description="Ids of these students.")

    @classmethod
    def of(cls, warning: OutsideAudience) -> Self:
        return cls(position=warning.position, students=list(warning.students))


class DoubtfulNumberOut(Schema):
    """A number or day of homework or next steps that the speech engine may have heard wrong."""

    position: int = Field(description="Position of the statement, from 1.")
    number: str = Field(description="As the statement has it.")
    doubts: list[Doubt] = Field(
        description="`unsure`: the engine gave it a low probability. `differs`: a second decoding wrote another. "
        "`inconsistent`: it makes no sense where it stands, such as the range 15 to 180."
    )
    alternative: str = Field(description="What the second decoding wrote, else empty.")
    utterance_id: UUID
    from_ms: int = Field(description="Where it is in the audio of the utterance, in milliseconds.")
    to_ms: int

    @classmethod
    def of(cls, found: DoubtfulNumber) -> Self:
        return cls(
            position=found.position,
            number=found.number,
            doubts=list(found.doubts),
            alternative=found.alternative,
            utterance_id=found.utterance_id,
            from_ms=found.from_ms,
            to_ms=found.to_ms,
        )


_WARNINGS = "Statements that name or quote students who are not in their audience."


class DocumentationOut(Schema):
    status: DocumentationStatus
    revision: int
    changes_wanted: str
    approved_by: str | None
    approved_at: AwareDatetime | None
    statements: tuple[Statement, ...]
    warnings: list[AudienceWarning] = Field(description=_WARNINGS)
    doubtful_numbers: list[DoubtfulNumberOut] = Field(
        description="Numbers to compare with the audio before approval. They don't keep a revision from being approved."
    )
    languages_without_rules: list[str] = Field(
        description="Languages spoken in the class, ISO 639-1, in which Homeroom recognises students by name alone and "
        "not whether a sentence speaks to one or to all: check the audiences."
    )
    revisions: list[RevisionOut]


class WholeRevisionOut(RevisionOut):
    statements: tuple[Statement, ...]


class RevisionMade(Schema):
    revision: int
    warnings: list[AudienceWarning] = Field(description=_WARNINGS)


SubjectKindOf = Annotated[SubjectKind, Field(description="The kind of row that it is about.")]
SessionIfAny = Annotated[
    UUID | None, Field(description="`subject_id` if the subject is a session, else null.")
]


class NoticeOut(Schema):
    id: UUID
    subject_kind: SubjectKindOf
    subject_id: UUID
    session_id: SessionIfAny
    state: DeliveryState
    kind: str
    recipient_kind: str
    recipient_id: UUID
    subject: str
    digest_id: UUID | None = Field(
        description="The message that says this one together with others of the same act; null: it is sent by itself."
    )
    created_at: AwareDatetime
    send_after: AwareDatetime
    sent_at: AwareDatetime | None
    failed_at: AwareDatetime | None
    attempts: int
    error: str

    @classmethod
    def of(cls, row: Notice) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


_TEXT = "Empty for sign-in emails, since their link is only for the recipient."


class NoticeDetail(NoticeOut):
    address: str
    text: str = Field(description=_TEXT)
    html: str = Field(description=_TEXT)
