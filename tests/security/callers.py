"""A school with a full record, and everybody who may ask something of it: keys, people, links, operators, strangers."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
from fastapi import FastAPI
from psycopg import sql

from api.http.authentication import cookie_name
from config.settings import Settings
from domain.people.access import KEY_ROLES, AccessRole, Permission, Principal, permissions_of
from domain.people.roles import Role
from models.database import Database
from models.tables import metadata
from services import api_keys
from services.inputs.api_keys import NewKey
from services.sign_in import start_browser_session
from signing.hashing import hash_secret
from signing.links import ConsoleLink, FamilyLink, FileLink, JoinLink, LinkSigner
from tests.campus import LINK_SECRET, application, settings_for
from tests.links import token_of
from tests.models.full_record import make_record
from tests.models.rows import Tenant, row_of
from tests.stack import DatabaseUrls

HOUR = timedelta(hours=1)
# What every request may touch, whoever sends it; a page that shows short links makes their codes.
_VOLATILE = {
    "api_key": ("last_used_at",),
    "signed_in": ("last_seen_at",),
    "participant": ("join_code_hash",),
}


@dataclass(frozen=True)
class Caller:
    """Who asks, by the credential in its headers; `who` is None for credentials that no route with a role takes."""

    name: str
    headers: Mapping[str, str]
    who: Principal | None = None
    own: bool = True  # whether the rows of the walk are the caller's own, where the role reaches only those
    by_key: bool = False
    is_stranger: bool = False  # of another organization
    link: str = ""  # sent where a route takes a link

    @property
    def id(self) -> UUID:
        """Of the API key."""
        assert self.who is not None
        return UUID(self.who.actor.partition(":")[2])

    @property
    def token(self) -> str:
        """Of the cookie."""
        return self.headers["cookie"].partition("=")[2]

    @property
    def token_hash(self) -> str:
        return hash_secret(self.token)

    @property
    def scopes(self) -> frozenset[Permission]:
        return (self.who and self.who.scopes) or frozenset()

    @property
    def is_narrow(self) -> bool:
        """Whether this is a key with scopes."""
        return bool(self.scopes)

    def __str__(self) -> str:
        return self.name


@dataclass
class World:
    """The application, the school that is walked, and a stranger's school with as much data."""

    app: FastAPI
    settings: Settings
    urls: DatabaseUrls
    database: Database
    school: Tenant
    stranger: Tenant
    others: dict[str, UUID] = field(
        default_factory=dict
    )  # people of the school who have no part in its class

    @property
    def links(self) -> LinkSigner:
        return LinkSigner([LINK_SECRET], self.settings.public_url)

    @property
    def cookie(self) -> str:
        return cookie_name(self.app.state.homeroom)

    async def key(
        self, tenant: Tenant, role: AccessRole, *scopes: Permission, lasts: timedelta = HOUR
    ) -> Caller:
        new = NewKey(name="walk", role=role, scopes=list(scopes), expires_at=datetime.now(UTC) + lasts)
        async with self.database.tenant(tenant.id) as db:
            made = await api_keys.add(db, tenant.id, new, "test", uuid4(), datetime.now(UTC))
        who = Principal(tenant.id, role, f"key:{made.row.id}", scopes=frozenset(scopes) or None)
        headers = {"authorization": f"Bearer {made.api_key}"}
        shown = (
            "+".join(scopes)
            if len(scopes) < 2
            else f"all but {', '.join(set(permissions_of(role)) - {*scopes})}"
        )
        name = f"key of {role} {shown or 'all'}"
        return Caller(name, headers, who, own=tenant is self.school, by_key=True)

    async def person(
        self,
        tenant: Tenant,
        kind: str,
        key: UUID | None,
        role: AccessRole,
        *,
        own: bool = True,
        method: str = "mail",
    ) -> Caller:
        """Somebody who is signed in."""
        async with self.database.tenant(tenant.id) as db:
            token = await start_browser_session(db, tenant.id, kind, key, method, datetime.now(UTC))
        who = Principal(tenant.id, role, kind, person_id=key)
        headers = {"cookie": f"{self.cookie}={token}", "origin": self.settings.public_url}
        return Caller(f"{kind} {role}{'' if own else ', not of the class'}", headers, who, own=own)

    def bearing(self, name: str, token: str) -> Caller:
        """Somebody who tries a link as every kind of credential."""
        headers = {
            "authorization": f"Bearer {token}",
            "cookie": f"{self.cookie}={token}; {self.cookie}-operator={token}",
            "origin": self.settings.public_url,
        }
        return Caller(name, headers, link=token)

    def family_link(self) -> str:
        guardian = self.school["guardian"]
        link = FamilyLink(self.school.id, guardian["id"], guardian["email"])
        return token_of(self.links.family_url(link, datetime.now(UTC) + HOUR))

    def join_link(self, tenant: Tenant, role: Role = Role.STUDENT) -> str:
        person = tenant["participant"]
        link = JoinLink(tenant.session_id, tenant.id, person["id"], role, person["link_version"])
        return token_of(self.links.join_url(link, datetime.now(UTC) + HOUR))

    def desk_link(self) -> str:
        link = ConsoleLink(self.school.id, uuid4(), datetime.now(UTC))
        return token_of(self.links.console_url(link, datetime.now(UTC) + HOUR), "token")

    def file_link(self, tenant: Tenant) -> str:
        link = FileLink(tenant.id, tenant.session_id, tenant["class_file"]["id"])
        return token_of(self.links.file_url(link, datetime.now(UTC) + HOUR))

    async def callers(self) -> list[Caller]:
        """Every caller who is walked, the strangers of another organization last."""
        school, ids = (
            self.school,
            {kind: self.school[kind]["id"] for kind in ("member", "instructor", "guardian")},
        )
        operator = self.app.state.homeroom.operator_access.sign_in(
            self.settings.admin_token.get_secret_value()
        )
        return [
            Caller("nobody", {}),
            *[await self.key(school, AccessRole.ADMIN, *scopes) for scopes in self._scopes()],
            *[await self.key(school, role) for role in KEY_ROLES],
            await self.person(school, "member", ids["member"], AccessRole.ADMIN),
            await self.person(school, "member", self.others["ops"], AccessRole.OPS),
            await self.person(school, "operator", None, AccessRole.ADMIN, method="desk"),
            await self.person(school, "instructor", ids["instructor"], AccessRole.INSTRUCTOR),
            await self.person(
                school, "instructor", self.others["instructor"], AccessRole.INSTRUCTOR, own=False
            ),
            await self.person(school, "guardian", ids["guardian"], AccessRole.GUARDIAN),
            await self.person(school, "guardian", self.others["guardian"], AccessRole.GUARDIAN, own=False),
            self.bearing("family link", self.family_link()),
            self.bearing("join link of a student", self.join_link(school)),
            self.bearing("desk link", self.desk_link()),
            self.bearing("file link", self.file_link(school)),
            self.bearing("operator's token", self.settings.admin_token.get_secret_value()),
            Caller("operator's session", {"cookie": f"{self.cookie}-operator={operator}"}),
            *await self.strangers(),
        ]

    @staticmethod
    def _scopes() -> Iterator[tuple[Permission, ...]]:
        """Each scope alone, then all scopes but one, which may do nothing that needs this one."""
        every = [permission for permission in Permission if permission in permissions_of(AccessRole.ADMIN)]
        for scope in every:
            yield (scope,)
            yield tuple(other for other in every if other is not scope)

    async def strangers(self) -> list[Caller]:
        """The callers of another organization."""
        ids = {kind: self.stranger[kind]["id"] for kind in ("member", "instructor", "guardian")}
        people = (
            await self.key(self.stranger, AccessRole.ADMIN),
            await self.key(self.stranger, AccessRole.INTEGRATOR),
            await self.person(self.stranger, "member", ids["member"], AccessRole.ADMIN),
            await self.person(self.stranger, "operator", None, AccessRole.ADMIN, method="desk"),
            await self.person(self.stranger, "instructor", ids["instructor"], AccessRole.INSTRUCTOR),
            await self.person(self.stranger, "guardian", ids["guardian"], AccessRole.GUARDIAN),
        )
        return [
            *(
                Caller(
                    f"stranger's {one.name}",
                    one.headers,
                    one.who,
                    own=False,
                    by_key=one.by_key,
                    is_stranger=True,
                )
                for one in people
            ),
            self.bearing("stranger's join link", self.join_link(self.stranger)),
        ]

    def record(self) -> Mapping[str, object]:
        """Digests of the school's rows by table, which no refused request changes."""
        with psycopg.connect(self.urls.superuser) as connection:
            return {table.name: _digest(connection, table, self.school.id) for table in _TABLES}

    def change(self, statement: str, *values: object) -> None:
        """Changes rows as the database's owner."""
        with psycopg.connect(self.urls.superuser, autocommit=True) as connection:
            connection.execute(statement, values)


_TABLES = [
    table
    for name, table in metadata.tables.items()
    if "organization_id" in table.c and name not in ("change_log", "sql_reader", "idempotency")
]


def _digest(connection: "psycopg.Connection[Any]", table: sa.Table, organization_id: UUID) -> object:
    kept = [column.name for column in table.c if column.name not in _VOLATILE.get(table.name, ())]
    query = sql.SQL("select md5(coalesce(string_agg(r::text, ',' order by r::text), '')) from "
                    "(select {} from {} where organization_id = %s) as r")  # fmt: skip
    columns = sql.SQL(", ").join(map(sql.Identifier, kept))
    row = connection.execute(query.format(columns, sql.Identifier(table.name)), [organization_id]).fetchone()
    return row and row[0]


@asynccontextmanager
async def world_on(urls: DatabaseUrls, **settings: object) -> AsyncIterator[World]:
    made = settings_for(urls, **settings)
    app = application(made)
    async with aclosing(Database(urls.application)) as database, app.router.lifespan_context(app):
        school, stranger = await make_record(database, urls), await make_record(database, urls)
        world = World(app, made, urls, database, school, stranger)
        for kind in ("guardian", "instructor", "member"):
            world.others["ops" if kind == "member" else kind] = await _another(world, kind)
        for table in ("member", "instructor", "guardian", "student", "class_file", "course", "topic"):
            world.change(f"update {table} set retired_at = null")
        world.change("update member set role = 'admin' where id = any(%s)", list(_members(world)))
        world.change("update member set role = 'ops' where id = %s", world.others["ops"])
        world.change(
            "update notice set kind = 'reminder', recipient_kind = 'guardian', subject_kind = 'session'"
        )
        world.change("update exception_case set kind = 'recording_gap'")
        rules = {"rules": [{"name": "nights", "ladder": [{"roles": ["ops"]}]}]}
        world.change("update case_routing set rules = %s", json.dumps(rules))
        world.change("update scheduling_rules set rules = '{}'")
        world.change("update briefing set content = '{\"sections\": []}'")
        for table in ("session_event", "live_connection", "audio_segment"):  # made-up words that nobody reads
            world.change(f"delete from {table}")
        for name, columns in metadata.tables.items():
            for column, value in (("time_zone", "UTC"), ("language", "en")):
                if column in columns.c:
                    world.change(f"update {name} set {column} = %s", value)
        yield world


def _members(world: World) -> Iterator[UUID]:
    for tenant in (world.school, world.stranger):
        yield tenant["member"]["id"]


async def _another(world: World, kind: str) -> UUID:
    """Somebody of the school who has no part in its class."""
    table = metadata.tables[kind]
    values = row_of(table, world.school)
    async with world.database.tenant(world.school.id) as db:
        await db.execute(sa.insert(table).values(values))
    made: UUID = values["id"]
    return made
