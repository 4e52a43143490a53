"""A guardian's view: the next classes of their children, approved summaries, and the messages they were sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import Principal
from domain.record.documentation import Statement, for_family
from models.class_file import ClassFile
from models.notice import Notice
from models.people import Guardian, Student
from models.repositories import class_files, documents, entities, own_classes
from models.repositories.own_classes import OwnClass
from services.family_classes import changeable
from services.inputs.people import GuardianChange
from services.joining import join_url
from services.resources.catalogue import GUARDIANS
from signing.links import LinkSigner

_AHEAD = timedelta(days=60)
_MAX_COMING = 60
_MAX_COMING_PER_CHILD = 3
_MAX_SUMMARIES = 12
_MAX_SENT = 20
Files = Mapping[UUID, Sequence[ClassFile]]  # by session


@dataclass(frozen=True)
class NextClass:
    of: OwnClass
    join_url: str
    excused: bool  # the family said that the child cannot come
    changeable: bool  # the family may move or cancel it
    files: tuple[ClassFile, ...] = ()


@dataclass(frozen=True)
class Summary:
    of: OwnClass
    statements: tuple[Statement, ...]
    files: tuple[ClassFile, ...] = ()


@dataclass(frozen=True)
class Child:
    student: Student
    coming: list[NextClass]
    summaries: list[Summary]


@dataclass(frozen=True)
class Family:
    guardian: Guardian
    children: list[Child]
    sent: list[Notice]


async def family(db: AsyncSession, who: Principal, links: LinkSigner, now: datetime) -> Family:
    """The view of a guardian, who is the caller."""
    assert who.person_id is not None, "a guardian is a person"
    children = await own_classes.children(db, who.person_id)
    coming = await own_classes.coming(db, who, now, now + _AHEAD, _MAX_COMING)
    approved = [
        (taught, await documents.statements(db, taught.session.id, revision))
        for taught, revision in await own_classes.approved(db, who, _MAX_SUMMARIES)
    ]
    movable = await changeable(db, who, coming, now)
    files = await class_files.of_sessions(
        db, [own.session.id for own in (*coming, *(taught for taught, _ in approved))]
    )
    return Family(
        guardian=await entities.get(db, Guardian, who.person_id),
        children=[
            Child(child, _next(coming, child, links, files, movable), _summaries(approved, child, files))
            for child in children
        ],
        sent=await own_classes.sent_to(db, who, _MAX_SENT),
    )


async def change_own_settings(
    db: AsyncSession, who: Principal, change: GuardianChange, now: datetime
) -> None:
    """Change the caller's own record. A repeat changes nothing."""
    assert who.person_id is not None, "a guardian is a person"
    own = await entities.get(db, Guardian, who.person_id)
    values = change.model_dump(exclude_unset=True)
    if any(getattr(own, name) != value for name, value in values.items()):
        await GUARDIANS.update(db, own.id, change, None, now)


def _attends(own_class: OwnClass, student_id: UUID) -> bool:
    return any(person.student_id == student_id for person in own_class.people)


def _summaries(
    approved: list[tuple[OwnClass, tuple[Statement, ...]]], child: Student, files: Files
) -> list[Summary]:
    """The summaries of one child's classes, with what is for everybody or for this child."""
    return [
        Summary(taught, for_family(statements, (child.id,)), tuple(files.get(taught.session.id, ())))
        for taught, statements in approved
        if _attends(taught, child.id)
    ]


def _next(
    coming: list[OwnClass], child: Student, links: LinkSigner, files: Files, movable: Collection[UUID]
) -> list[NextClass]:
    classes = [
        _next_class(own_class, child, links, files, movable)
        for own_class in coming
        if _attends(own_class, child.id)
    ]
    return classes[:_MAX_COMING_PER_CHILD]


def _next_class(
    own_class: OwnClass, child: Student, links: LinkSigner, files: Files, movable: Collection[UUID]
) -> NextClass:
    session = own_class.session
    own = next(person for person in own_class.people if person.student_id == child.id)
    return NextClass(
        own_class,
        join_url(links, session, own),
        own.is_excused(session.starts_at),
        session.id in movable,
        tuple(files.get(session.id, ())),
    )
