"""Request and response bodies of the room page's API."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.people.roles import Role
from domain.presence.chat import ChatMessage
from domain.record.transcript import Caption
from domain.sessions.admission import in_force
from domain.sessions.states import SessionState
from models.course import Course
from models.session import Session
from services.inputs.fields import Schema
from services.inputs.joining import NewMessage, Sample


class LinkIn(Schema):
    link: str = Field(max_length=4096)


class ClassOut(Schema):
    title: str
    course: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    state: SessionState
    time_zone: str
    locked: bool = Field(False, description="Whether nobody new is let in.")

    @classmethod
    def of(cls, session: Session, course: Course) -> Self:
        return cls(
            title=session.title,
            course=course.title,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            state=session.state,
            time_zone=session.time_zone,
            locked=in_force(session.locked_at, session.occurrence_since),
        )


class PersonOut(Schema):
    name: str
    role: Role
    removed: bool = Field(False, description="Whether the instructor has removed them from the class.")


class Features(Schema):
    chat: bool = True
    captions: bool = True
    screen_share: bool


class Credentials(Schema):
    livekit_url: str
    token: str
    identity: str
    role: Role
    language: str | None = Field(
        description="ISO 639-1, of the person's mails: the room page is shown in it. Null: not known."
    )
    class_: ClassOut = Field(serialization_alias="class")
    people: dict[str, PersonOut]
    features: Features
    recorded: bool = True


class Samples(LinkIn):
    samples: list[Sample] = Field(max_length=120)


class MessageIn(LinkIn, NewMessage):
    pass


class MessageOut(Schema):
    id: str = Field(description="The id of the LiveKit text stream that carried the message.")
    identity: str = Field(
        description="LiveKit identity of the sender: the participant's id; empty: the school."
    )
    sent_at: AwareDatetime
    text: str

    @classmethod
    def of(cls, message: ChatMessage) -> Self:
        return cls(id=message.id, identity=message.identity, sent_at=message.sent_at, text=message.text)


class CaptionOut(Schema):
    id: UUID
    identity: str = Field(description="LiveKit identity of the speaker: the participant's id.")
    spoken_at: AwareDatetime
    text: str
    language: str = Field(description="ISO 639-1.")

    @classmethod
    def of(cls, caption: Caption) -> Self:
        return cls(
            id=caption.id,
            identity=caption.identity,
            spoken_at=caption.spoken_at,
            text=caption.text,
            language=caption.language,
        )


class TargetIn(LinkIn):
    participant_id: UUID | None = Field(None, description="Null: everybody but instructors.")


class PersonIn(LinkIn):
    participant_id: UUID


class LockIn(LinkIn):
    locked: bool


class MutedOut(Schema):
    muted: int = Field(description="How many microphones were on.")
