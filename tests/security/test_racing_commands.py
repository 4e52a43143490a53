"""Two commands at the same moment give what one after the other gives: no accepted command loses its effect.

Each pair runs on an organization of its own while a third transaction holds the row that both are about: the first
command waits for it, then the second, then the row is released. So both have made every check that they make before
they lock. Answers and stored rows must be those of one of the two orders, each run on a further organization.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from activities.documentation import DocumentationActivities
from activities.progress import ProgressWriter
from domain.cases.kinds import ExceptionKind
from domain.errors import HomeroomError
from domain.people.access import AccessRole, Principal
from domain.sessions.policies import SessionPolicy
from domain.subjects import Subject
from models.database import Database
from models.repositories import documents
from models.tables import metadata
from services import api_keys, bookings, cases, people, topics
from services.documentation import DocumentationCommands
from services.drafts import Drafts
from services.inputs.courses import NewCourse, NewEnrollment, NewTopic
from services.inputs.people import InstructorChange, NewGuardian, NewStudent, QualificationIn, StudentChange
from services.invitations import Invitations
from services.resources.catalogue import (
    COURSES,
    ENROLLMENTS,
    GUARDIANS,
    IDENTITY_PROVIDERS,
    INSTRUCTORS,
    MEMBERS,
    STUDENTS,
    TOPICS,
)
from services.resources.identity_providers import CheckedChange, CheckedProvider
from signing.links import LinkSigner
from tests.models.rows import HOUR, NOON, Tenant, make_tenant, scope_column
from tests.stack import DatabaseUrls, TestPostgres
from workflows.client import DeliveryClient, SessionClient
from workflows.contracts.common import SessionRef
from workflows.contracts.record import ApproveInput, ChangesInput
from workflows.contracts.sessions import AddPeopleInput, BookInput

pytestmark = pytest.mark.adapter

NOW = NOON - timedelta(days=2)
LATER = NOON + timedelta(days=1)
PATIENCE = 6  # seconds


@dataclass(frozen=True)
class Scene:
    """An organization with a row in every table."""

    database: Database
    tenant: Tenant

    def id(self, table: str) -> UUID:
        found: UUID = self.tenant[table]["id"]
        return found

    def new_id(self, name: str) -> UUID:
        """The id of what a command makes, the same for each run on this organization."""
        return uuid5(self.tenant.id, name)

    @property
    def ref(self) -> SessionRef:
        return SessionRef(self.tenant.id, self.tenant.session_id)

    @property
    def admin(self) -> Principal:
        return Principal(self.tenant.id, AccessRole.ADMIN, f"member:{self.id('member')}")

    async def rows(self, superuser: "psycopg.AsyncConnection[Any]") -> list[tuple[str, str]]:
        """All stored rows as JSON, by table, without the log of the changes."""
        cursor = await superuser.execute(_ALL_ROWS, {"tenant": self.tenant.id})
        return [(table, json.dumps(row, sort_keys=True)) for table, row in await cursor.fetchall()]

    async def state(self, superuser: "psycopg.AsyncConnection[Any]") -> tuple[str, ...]:
        """All rows in a form that is equal for two organizations to which the same has happened."""
        names = {str(id_): name for name, id_ in self.named.items()}
        known = (
            f"{table} {_ID.sub(lambda match: names.get(match[0], 'new'), row)}"
            for table, row in await self.rows(superuser)
        )
        return tuple(sorted(_SECRET.sub("", _CLOCK.sub("now", row)) for row in known))

    @cached_property
    def named(self) -> dict[str, UUID | str]:
        """Every generated value, by a name that is the same in every scene."""
        names: dict[str, UUID | str] = {
            f"{table}.{column}": value
            for table, row in self.tenant.rows.items()
            for column, value in row.items()
            if isinstance(value, UUID | str) and len(str(value)) >= 32
        }
        course = self.new_id("free course")
        names |= {name: self.new_id(name) for name in _NEW}
        names |= {f"topic {number}": uuid5(course, str(number)) for number in range(2)}
        return names | {"organization": self.tenant.id}


_TABLES = [
    table
    for table in metadata.sorted_tables
    if table.name == "organization" or ("organization_id" in table.c and table.name != "change_log")
]
_ALL_ROWS = " union all ".join(
    f"select '{table.name}', to_jsonb(t) from {table.name} t where {scope_column(table).name} = %(tenant)s"
    for table in _TABLES
)
_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
)
_CLOCK = re.compile(rf"{datetime.now(UTC).year}-\d\d-\d\dT[0-9:.+]+")
_SECRET = re.compile(r'"(prefix|secret_hash)": "[^"]+"')
_NEW = (
    *("free student", "other student", "free guardian", "free course", "class", "other class", "enrollment"),
    *(
        "another enrollment",
        "child",
        "another child",
        "key",
        "another key",
        "another",
        "third",
        "Three",
        "Four",
    ),
)
_FIX = (
    *(f"update {table.name} set retired_at = null" for table in _TABLES if "retired_at" in table.c),
    "update organization set language = 'en', time_zone = 'UTC'",
    "update member set language = 'en', time_zone = 'UTC'",
    "update instructor set time_zone = 'UTC'",
    "update instructor_availability set buffer_minutes = 0, most_hours_per_day = null, most_hours_per_week = null",
    "update qualification set subject = 'Sums', level = ''",
    "update api_key set role = 'admin', revoked_at = null, expires_at = null",
    "update participant set role = 'student', instructor_id = null",
    "update booked_time set person_id = (select id from student)",
    f"update exception_case set state = 'open', kind = '{ExceptionKind.RECORDING_GAP}'",
    "update identity_provider set domains = '[\"old.example\"]'",
)


async def first_scene(database: Database, superuser: "psycopg.AsyncConnection[Any]") -> Scene:
    """The first organization, with people who have no class yet; the other scenes are copies of it."""
    scene = Scene(database, await make_tenant(database))
    for statement in _FIX:
        await superuser.execute(statement)
    tenant = scene.tenant.id
    async with database.tenant(tenant) as db:
        for name in ("free student", "other student"):
            await STUDENTS.create(db, tenant, scene.new_id(name), NewStudent(name=name, guardian_ids=[]), NOW)
        guardian = NewGuardian(name="free guardian", email="free@family.example")
        await GUARDIANS.create(db, tenant, scene.new_id("free guardian"), guardian, NOW)
        course = NewCourse(title="free course", subject="Sums", topics=["One", "Two"])
        await COURSES.create(db, tenant, scene.new_id("free course"), course, NOW)
    return scene


async def copied(scene: Scene, superuser: "psycopg.AsyncConnection[Any]") -> Scene:
    """Another organization with the same rows under ids of its own, written in one go."""
    tenant = Tenant(uuid4())
    course = uuid5(tenant.id, "free course")
    values: dict[str, UUID | str] = {"organization": tenant.id}
    values |= {name: uuid5(tenant.id, name) for name in _NEW}
    values |= {f"topic {number}": uuid5(course, str(number)) for number in range(2)}
    new = {
        str(old): values.get(name, uuid4() if isinstance(old, UUID) else uuid4().hex)
        for name, old in scene.named.items()
    }
    new[scene.tenant["region"]["id"]] = scene.tenant["region"]["id"]
    for table, own in scene.tenant.rows.items():
        tenant.rows[table] = {column: new.get(str(value), value) for column, value in own.items()}
    parts: list[sql.Composable] = [
        sql.SQL("set session_replication_role = replica")
    ]  # neither triggers nor references
    for table, row in await scene.rows(superuser):
        names = [c.name for c in metadata.tables[table].columns if c.computed is None and c.identity is None]
        insert = (
            "insert into {table} ({names}) select {names} from jsonb_populate_record(null::{table}, {row})"
        )
        parts.append(
            sql.SQL(insert).format(
                table=sql.Identifier(table),
                names=sql.SQL(", ").join(map(sql.Identifier, names)),
                row=sql.Literal(_ID.sub(lambda match: str(new.get(match[0], uuid4())), row)),
            )
        )
    parts.append(sql.SQL("set session_replication_role = origin"))
    await superuser.execute(sql.SQL("; ").join(parts))
    return Scene(scene.database, tenant)


Command = Callable[[Scene], Awaitable[Any]]


def command(act: Callable[[Scene, AsyncSession], Awaitable[Any]]) -> Command:
    """A command that is one transaction."""

    async def run(scene: Scene) -> None:
        async with scene.database.tenant(scene.tenant.id) as db:
            await act(scene, db)

    return run


def revise(reason: str) -> Command:
    async def run(scene: Scene) -> None:
        commands = DocumentationCommands(scene.database, cast("SessionClient", None))
        await commands.revise(scene.admin, scene.tenant.session_id, (), based_on=1, reason=reason, now=NOW)

    return run


def _documentation(scene: Scene) -> DocumentationActivities:
    return DocumentationActivities(scene.database, ProgressWriter(scene.database), cast("Drafts", None))


async def approve(scene: Scene) -> None:
    await _documentation(scene).approve(ApproveInput(scene.ref, revision=1, approved_by="a"))


async def request_changes(scene: Scene) -> None:
    await _documentation(scene).request_changes(ChangesInput(scene.ref, revision=1, requested_by="a"))


async def draft_again(scene: Scene) -> None:
    async with scene.database.tenant(scene.tenant.id) as db:
        await documents.add_revision(
            db,
            scene.tenant.id,
            scene.tenant.session_id,
            (),
            author="engine:e",
            reason="again",
            based_on=1,
            at=NOW,
        )


def report(key: str) -> Command:
    async def act(scene: Scene, db: AsyncSession) -> None:
        subject, occasion = (
            Subject.session(scene.tenant.session_id),
            scene.tenant["exception_case"]["occasion"],
        )
        new = cases.NewCase(scene.tenant.id, subject, ExceptionKind.RECORDING_GAP, occasion, key=key)
        await cases.open_case(db, new, NOW)

    return command(act)


def book(class_name: str, student: str, *, hours: int = 0, external_id: str | None = None) -> Command:
    async def act(scene: Scene, db: AsyncSession) -> None:
        booking = BookInput(
            SessionRef(scene.tenant.id, scene.new_id(class_name)),
            region=scene.tenant["region"]["id"],
            course_id=scene.new_id("free course"),
            topic_ids=(),
            instructor_id=scene.id("instructor"),
            student_ids=(scene.new_id(student),),
            starts_at=LATER + hours * HOUR,
            ends_at=LATER + (hours + 1) * HOUR,
            time_zone="UTC",
            policy=SessionPolicy(),
            now=NOW,
            external_id=external_id,
        )
        await bookings.book(db, booking, NOW)

    return command(act)


def resource(kind: Any, key: Callable[[Scene], UUID], act: str, change: Any = None) -> Command:
    async def run(scene: Scene, db: AsyncSession) -> None:
        if act == "update":
            await kind.update(db, key(scene), change, None, NOW)
        elif act == "retire":
            await kind.retire(db, key(scene), None, NOW)
        else:
            await kind.restore(db, key(scene), NOW)

    return command(run)


def named(table: str) -> Callable[[Scene], UUID]:
    return lambda scene: scene.id(table)


def free(name: str) -> Callable[[Scene], UUID]:
    return lambda scene: scene.new_id(name)


def enroll(name: str = "enrollment") -> Command:
    async def act(scene: Scene, db: AsyncSession) -> None:
        new = NewEnrollment(course_id=scene.new_id("free course"), student_id=scene.new_id("free student"))
        await ENROLLMENTS.create(db, scene.tenant.id, scene.new_id(name), new, NOW)

    return command(act)


def link_guardian(guardian: Callable[[Scene], UUID]) -> Command:
    return command(
        lambda scene, db: people.add_guardian(db, scene.new_id("free student"), guardian(scene), None, NOW)
    )


def unlink_guardian(scene: Scene, db: AsyncSession) -> Awaitable[Any]:
    return people.remove_guardian(db, scene.id("student"), scene.id("guardian"), None, NOW)


def new_child(name: str) -> Command:
    async def act(scene: Scene, db: AsyncSession) -> None:
        new = NewStudent(name=name, guardian_ids=[scene.new_id("free guardian")])
        await STUDENTS.create(db, scene.tenant.id, scene.new_id(name), new, NOW)

    return command(act)


def add_to_class(scene: Scene, db: AsyncSession) -> Awaitable[Any]:
    return bookings.add_people(
        db, AddPeopleInput(scene.ref, student_ids=(scene.new_id("free student"),)), NOW
    )


def qualify(subject: str) -> Command:
    new = QualificationIn(subject=subject, level="")
    return command(lambda scene, db: people.add_qualification(db, scene.id("instructor"), new, None, NOW))


def disqualify(scene: Scene, db: AsyncSession) -> Awaitable[Any]:
    held = scene.tenant["qualification"]
    return people.remove_qualification(db, scene.id("instructor"), held["subject"], held["level"], None, NOW)


def add_topic(title: str) -> Command:
    async def act(scene: Scene, db: AsyncSession) -> None:
        new = NewTopic(course_id=scene.new_id("free course"), title=title)
        await TOPICS.create(db, scene.tenant.id, scene.new_id(title), new, NOW)

    return command(act)


def move_topic(scene: Scene, db: AsyncSession) -> Awaitable[Any]:
    course = scene.new_id("free course")
    return topics.move(db, course, uuid5(course, "0"), 1, NOW)


def invite(scene: Scene, db: AsyncSession) -> Awaitable[Any]:
    invitations = Invitations(
        LinkSigner(["a" * 32], "https://homeroom.example"), cast("DeliveryClient", None)
    )
    return invitations.write_again(db, scene.admin, scene.id("member"), NOW)


def rotate(name: str) -> Command:
    return command(
        lambda scene, db: api_keys.rotate(db, scene.admin, scene.id("api_key"), HOUR, scene.new_id(name), NOW)
    )


def provider_of(name: str) -> Command:
    new = CheckedProvider(
        issuer=f"https://{name}.example", client_id=name, client_secret="sealed", domains=["new.example"]
    )
    return command(
        lambda scene, db: IDENTITY_PROVIDERS.create(db, scene.tenant.id, scene.new_id(name), new, NOW)
    )


def domains(*names: str) -> CheckedChange:
    return CheckedChange.model_construct({"domains"}, domains=list(names))


STUDENT, GUARDIAN, COURSE = free("free student"), free("free guardian"), free("free course")
INSTRUCTOR, MEMBER, PROVIDER = named("instructor"), named("member"), named("identity_provider")

RETIRE_INSTRUCTOR = resource(INSTRUCTORS, INSTRUCTOR, "retire")
RETIRE_STUDENT = resource(STUDENTS, STUDENT, "retire")
ASSIGN = command(
    lambda scene, db: cases.assign(db, scene.admin, scene.id("exception_case"), scene.id("member"), NOW)
)

# The commands that are run against each other, by the row that they are about.
COMMANDS: list[tuple[str, Callable[[Scene], UUID], dict[str, Command]]] = [
    (
        "documentation",
        lambda scene: scene.tenant.session_id,
        {
            "revise": revise("a"),
            "revise otherwise": revise("b"),
            "approve": approve,
            "ask for changes": request_changes,
            "draft again": draft_again,
        },
    ),
    (
        "exception_case",
        named("exception_case"),
        {
            "assign": ASSIGN,
            "resolve": command(
                lambda scene, db: cases.resolve(db, scene.admin, scene.id("exception_case"), "done", NOW)
            ),
            "reopen": command(
                lambda scene, db: cases.reopen(db, scene.admin, scene.id("exception_case"), NOW)
            ),
            "acknowledge": command(
                lambda scene, db: cases.acknowledge(db, scene.admin, scene.id("exception_case"), NOW)
            ),
            "start": command(lambda scene, db: cases.start(db, scene.admin, scene.id("exception_case"), NOW)),
            "snooze": command(
                lambda scene, db: cases.snooze(
                    db, scene.admin, scene.id("exception_case"), timedelta(hours=1), NOW
                )
            ),
            "report": report("again"),
            "report once more": report("once more"),
        },
    ),
    (
        "instructor",
        INSTRUCTOR,
        {
            "book": book("class", "free student"),
            "book at the same time": book("other class", "other student"),
            "retire": RETIRE_INSTRUCTOR,
            "rename": resource(INSTRUCTORS, INSTRUCTOR, "update", InstructorChange(name="Another")),
        },
    ),
    (
        "instructor",
        INSTRUCTOR,
        {
            "qualify": qualify("Sums"),
            "qualify otherwise": qualify("Art"),
            "disqualify": command(disqualify),
            "retire": RETIRE_INSTRUCTOR,
            "restore": resource(INSTRUCTORS, INSTRUCTOR, "restore"),
        },
    ),
    (
        "student",
        STUDENT,
        {
            "retire": RETIRE_STUDENT,
            "book": book("class", "free student"),
            "add to a class": command(add_to_class),
            "enroll": enroll(),
            "enroll again": enroll("another enrollment"),
        },
    ),
    (
        "student",
        STUDENT,
        {
            "retire": RETIRE_STUDENT,
            "link": link_guardian(GUARDIAN),
            "link otherwise": link_guardian(named("guardian")),
            "rename": resource(STUDENTS, STUDENT, "update", StudentChange(name="Another")),
        },
    ),
    (
        "student",
        named("student"),
        {
            "unlink": command(unlink_guardian),
            "link": command(
                lambda scene, db: people.add_guardian(
                    db, scene.id("student"), scene.new_id("free guardian"), None, NOW
                )
            ),
            "retire": resource(STUDENTS, named("student"), "retire"),
        },
    ),
    (
        "guardian",
        GUARDIAN,
        {
            "link": link_guardian(GUARDIAN),
            "new child": new_child("child"),
            "another new child": new_child("another child"),
            "retire": resource(GUARDIANS, GUARDIAN, "retire"),
        },
    ),
    (
        "course",
        COURSE,
        {
            "retire": resource(COURSES, COURSE, "retire"),
            "book": book("class", "free student", external_id="x"),
            "book another under the same id": book("other class", "other student", hours=2, external_id="x"),
            "enroll": enroll(),
            "add a topic": add_topic("Three"),
            "add another topic": add_topic("Four"),
            "move a topic": command(move_topic),
        },
    ),
    (
        "member",
        MEMBER,
        {
            "invite": command(invite),
            "assign": ASSIGN,
            "retire": resource(MEMBERS, MEMBER, "retire"),
            "restore": resource(MEMBERS, MEMBER, "restore"),
        },
    ),
    (
        "api_key",
        named("api_key"),
        {
            "rotate": rotate("key"),
            "rotate again": rotate("another key"),
            "revoke": command(lambda scene, db: api_keys.revoke(db, scene.admin, scene.id("api_key"), NOW)),
        },
    ),
    (
        "identity_provider",
        PROVIDER,
        {
            "take a domain": resource(IDENTITY_PROVIDERS, PROVIDER, "update", domains("new.example")),
            "give it to another": provider_of("another"),
            "give it to a third": provider_of("third"),
            "retire": resource(IDENTITY_PROVIDERS, PROVIDER, "retire"),
            "restore": resource(IDENTITY_PROVIDERS, PROVIDER, "restore"),
        },
    ),
]


@dataclass(frozen=True)
class Outcome:
    """The answers of two commands, and the stored rows after them."""

    answers: tuple[str, ...]
    rows: tuple[str, ...]

    def reversed(self) -> "Outcome":
        return Outcome(self.answers[::-1], self.rows)

    def unlike(self, other: "Outcome") -> str:
        """In a few lines."""
        surplus, missing = Counter(self.rows) - Counter(other.rows), Counter(other.rows) - Counter(self.rows)
        lines = [f"answers {self.answers} instead of {other.answers}"]
        lines += [f"+ {row}" for row in surplus] + [f"- {row}" for row in missing]
        return "\n".join(lines)


@dataclass(frozen=True)
class Running:
    """The database, and a connection of the superuser's that watches it."""

    database: Database
    urls: DatabaseUrls
    superuser: "psycopg.AsyncConnection[Any]"
    first: Scene

    async def scene(self) -> Scene:
        return await copied(self.first, self.superuser)

    async def in_turn(self, *commands: Command) -> Outcome:
        """The answers and the rows after these commands, one after the other."""
        scene = await self.scene()
        answers = [await answer(command, scene) for command in commands]
        return Outcome(tuple(answers), await scene.state(self.superuser))

    async def at_once(self, table: str, key: Callable[[Scene], UUID], *commands: Command) -> Outcome:
        """The same of commands that wait, in this order, for a row of this table."""
        scene = await self.scene()
        column = next(iter(metadata.tables[table].primary_key.columns)).name
        hold = sql.SQL("select 1 from {} where {} = %s for update").format(
            *map(sql.Identifier, (table, column))
        )
        tasks: list[asyncio.Task[str]] = []
        async with asyncio.timeout(PATIENCE):
            async with await psycopg.AsyncConnection.connect(self.urls.superuser) as holder:
                await holder.execute(hold, [key(scene)])
                for number, command in enumerate(commands, start=1):
                    tasks.append(asyncio.create_task(answer(command, scene)))
                    while await self._waiting() + _done(tasks) < number:  # noqa: ASYNC110
                        await asyncio.sleep(0.002)
            answers = [await task for task in tasks]
        return Outcome(tuple(answers), await scene.state(self.superuser))

    async def _waiting(self) -> int:
        query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        row = await (await self.superuser.execute(query)).fetchone()
        assert row is not None
        return int(row[0])


def _done(tasks: Sequence["asyncio.Task[str]"]) -> int:
    return sum(task.done() for task in tasks)


async def answer(command: Command, scene: Scene) -> str:
    """ "done", or the refusal. Every other error fails the test."""
    try:
        await command(scene)
    except HomeroomError as error:
        return type(error).__name__
    except IntegrityError as error:  # the HTTP layer answers it as a conflict
        return str(getattr(error.orig, "sqlstate", ""))
    return "done"


@pytest.fixture(scope="module")
async def running(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Running]:
    urls = postgres_server.create_database(template=migrated_template)
    async with (
        aclosing(Database(urls.application)) as database,
        await psycopg.AsyncConnection.connect(urls.superuser, autocommit=True) as superuser,
    ):
        yield Running(database, urls, superuser, await first_scene(database, superuser))
    postgres_server.drop_database(urls.name)


PAIRS = [
    pytest.param(table, key, commands[one], commands[other], id=f"{table}: {one}, {other}")
    for table, key, commands in COMMANDS
    for one, other in combinations(commands, 2)
]


@pytest.mark.parametrize(("table", "key", "one", "other"), PAIRS)
async def test_racing_commands_give_what_they_give_in_turn(
    running: Running, table: str, key: Callable[[Scene], UUID], one: Command, other: Command
) -> None:
    first, second = await running.in_turn(one, other), (await running.in_turn(other, one)).reversed()
    for raced in (
        await running.at_once(table, key, one, other),
        (await running.at_once(table, key, other, one)).reversed(),
    ):
        if raced not in (first, second):
            pytest.fail(f"{raced.unlike(first)}\n\nthe other order: {raced.unlike(second)}", pytrace=False)
