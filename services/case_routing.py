"""Routing of exceptions by an organization's own rules: drafts, publishing, what-ifs, and whom a step tells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import case_kind
from domain.cases.channels import told_at
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.routing import Circumstances, Known, Problem, Route, Rule, Rules, Step, problems, route
from domain.errors import NotAllowed, NotFound
from domain.people.access import AccessRole, Permission, Principal
from domain.subjects import Subject
from models.access import Member
from models.case_routing import AlertChannel, AlertPreference, CaseRouting
from models.exception_case import ExceptionCase
from models.people import Instructor
from models.repositories import case_routing, members, sessions
from models.repositories import rule_versions as stored
from services import rotas, rule_versions
from services.inputs.routing import AlertPreferences, WhatIf
from services.organizations import organization
from services.rule_versions import Base

_ROLES: Mapping[Owner, AccessRole] = {Owner.OPS: AccessRole.OPS, Owner.ADMIN: AccessRole.ADMIN}


@dataclass(frozen=True)
class Routing:
    """What becomes of a case, by the rules that were published when it was opened."""

    severity: Severity
    queue: str
    acknowledge_within: timedelta
    ladder: tuple[Step, ...]
    channels: frozenset[UUID]  # that any step tells
    version: int  # of the rules; 0: none were published
    rule: str  # its name; empty: none matched


@dataclass(frozen=True)
class Contact:
    """Somebody who is to be told of a case by mail."""

    kind: str  # member | instructor
    id: UUID
    name: str
    address: str
    language: str
    time_zone: str
    send_at: datetime  # by their quiet hours


@dataclass(frozen=True)
class TriedStep:
    step: Step
    people: Sequence[Contact]
    channels: Sequence[AlertChannel]


@dataclass(frozen=True)
class Tried:
    """What would become of a case."""

    routing: Routing
    steps: Sequence[TriedStep]


@dataclass(frozen=True)
class Versions:
    published: CaseRouting | None
    draft: CaseRouting | None
    problems: Sequence[Problem]  # of the draft; without one, of what is published


async def routed(
    db: AsyncSession,
    kind: ExceptionKind,
    subject: Subject,
    at: datetime,
    version: int | None = None,
) -> Routing:
    """The routing of a case about a subject of this tenant that is opened `at`, by the published rules.

    `version` asks again as it was at the opening of a case, whatever was published since; 0: without rules.
    """
    row = await stored.published(db, CaseRouting, version) if version != 0 else None
    if row is None:
        return _routing(route((), Circumstances(kind, "", at), UTC), 0)
    own = await organization(db)
    course = await case_routing.course_of(db, subject)
    case = Circumstances(kind, own.region, at, course)
    return _routing(route(rules_of(row), case, ZoneInfo(own.time_zone)), row.number)


async def routing_of(db: AsyncSession, case: ExceptionCase) -> Routing:
    """The routing of a case, by the rules under which it was opened."""
    kind = case_kind(case.kind).code
    return await routed(db, kind, case.about, case.opened_at, case.routing_version)


async def people_to_tell(
    db: AsyncSession,
    step: Step,
    at: datetime,
    severity: Severity,
    assignee: str = "",
    session_id: UUID | None = None,
) -> list[Contact]:
    """Whom a step of a ladder tells by mail when it is told `at`, each once.

    `assignee` is who works on the case, such as "member:<id>"; `session_id` the class whose instructor is told.
    """
    if not step.mail:
        return []
    kind, _, key = assignee.partition(":")
    if step.assignee and kind in ("member", "instructor"):
        working = {UUID(key)}
        staff, teachers = (working, set[UUID]()) if kind == "member" else (set[UUID](), working)
        if alone := await _contacts(db, staff, (), teachers, severity, at):
            return alone
    on_duty = set((await rotas.on_duty(db, step.rotas, at)).values())
    taught_by: set[UUID] = set()
    if Owner.INSTRUCTOR in step.roles and session_id is not None:
        taught_by = {(await sessions.get_session(db, session_id)).instructor_id}
    roles = [_ROLES[role] for role in step.roles if role in _ROLES]
    return await _contacts(db, on_duty | set(step.members), roles, taught_by, severity, at)


async def _contacts(
    db: AsyncSession,
    member_ids: Collection[UUID],
    roles: Collection[AccessRole],
    instructor_ids: Collection[UUID],
    severity: Severity,
    at: datetime,
) -> list[Contact]:
    """These people who are in use, without those who want to be told of critical cases only, if this is none."""
    staff = await case_routing.members(db, member_ids, roles)
    wishes = await case_routing.preferences(db, {member.id for member in staff})
    found = [_member(member, wishes.get(member.id), severity, at) for member in staff]
    teachers = [await db.get(Instructor, one) for one in sorted(instructor_ids)]
    found += [_instructor(one, at) for one in teachers if one is not None and one.retired_at is None]
    return [contact for contact in found if contact is not None]


async def channels_to_tell(db: AsyncSession, step: Step) -> list[AlertChannel]:
    """The channels in use that a step of a ladder tells."""
    return await case_routing.channels(db, step.channels) if step.channels else []


async def current(db: AsyncSession) -> Versions:
    """The published rules, the draft, and what is wrong with the later of them."""
    latest = await stored.latest(db, CaseRouting)
    draft = latest if latest and latest.published_at is None else None
    wrong = problems(rules_of(latest), await _known(db, rules_of(latest)))
    return Versions(await stored.published(db, CaseRouting), draft, wrong)


async def save_draft(
    db: AsyncSession,
    who: Principal,
    rules: Sequence[Rule],
    version: int | None,
    now: datetime,
    base: Base | None = None,
) -> CaseRouting:
    """Write the rules of the draft, which may have problems still; see `rule_versions.save_draft`.

    Raises StaleVersion.
    """
    content = {"rules": Rules(rules=tuple(rules)).model_dump(mode="json", exclude_defaults=True)}
    return await rule_versions.save_draft(db, CaseRouting, who, content, now, version=version, base=base)


async def publish(db: AsyncSession, who: Principal, number: int, now: datetime) -> CaseRouting:
    """Route cases from now on by the rules of the draft of this number; see `rule_versions.publish`.

    Raises NotFound, StaleRevision, and InvalidInput that names rule and field of each problem.
    """

    async def check(row: CaseRouting) -> None:
        rules = rules_of(row)
        if wrong := problems(rules, await _known(db, rules)):
            raise rule_versions.invalid(wrong, "Correct the rules, then publish them.")

    return await rule_versions.publish(db, CaseRouting, who, number, check, now)


async def try_out(db: AsyncSession, what: WhatIf, now: datetime) -> Tried:
    """What would become of a case. Raises NotFound if a draft is asked for and there is none."""
    number, rules = await _tried_rules(db, what)
    own = await organization(db)
    at = what.at or now
    case = Circumstances(what.kind, what.region or own.region, at, what.course_id, what.severity)
    routing = _routing(route(rules, case, ZoneInfo(own.time_zone)), number)
    steps = [
        TriedStep(
            step,
            await people_to_tell(db, step, at + step.after, routing.severity),
            await channels_to_tell(db, step),
        )
        for step in routing.ladder
    ]
    return Tried(routing, steps)


async def preferences(db: AsyncSession, member_id: UUID) -> AlertPreferences:
    """Raises NotFound."""
    await _existing(db, member_id)
    row = (await case_routing.preferences(db, [member_id])).get(member_id)
    names = AlertPreferences.model_fields
    return AlertPreferences(**{name: getattr(row, name) for name in names}) if row else AlertPreferences()


async def set_preferences(
    db: AsyncSession, who: Principal, member_id: UUID, wanted: AlertPreferences, now: datetime
) -> AlertPreferences:
    """Set when a member is told of exceptions; everybody sets their own. Raises NotFound, NotAllowed."""
    if who.actor != f"member:{member_id}" and not who.may(Permission.MEMBERS_MANAGE):
        raise NotAllowed("only admins change what others are told of")
    await _existing(db, member_id)
    row = AlertPreference(
        member_id=member_id, organization_id=who.organization_id, updated_at=now, **wanted.model_dump()
    )
    await db.merge(row)
    await db.flush()
    return wanted


async def _existing(db: AsyncSession, member_id: UUID) -> None:
    if await db.get(Member, member_id) is None:
        raise NotFound(f"there is no member {member_id}")


async def _tried_rules(db: AsyncSession, what: WhatIf) -> tuple[int, Sequence[Rule]]:
    if what.rules is not None:
        return 0, what.rules
    row = await stored.published(db, CaseRouting)
    if what.draft:
        row = await stored.latest(db, CaseRouting)
        if row is None or row.published_at is not None:
            raise NotFound("there is no draft of the rules")
    return row.number if row else 0, rules_of(row)


def rules_of(row: CaseRouting | None) -> tuple[Rule, ...]:
    """The rules of a version; none of no version."""
    return Rules.model_validate(row.rules).rules if row else ()


async def _known(db: AsyncSession, rules: Collection[Rule]) -> Known:
    return Known(
        await case_routing.regions(db),
        {member.id for member in await members.active(db)},
        {rota.id for rota in await case_routing.rotas(db)},
        {channel.id for channel in await case_routing.channels(db)},
        await case_routing.courses_in_use(db, {key for rule in rules for key in rule.courses}),
    )


def _routing(found: Route, version: int) -> Routing:
    channels = frozenset(key for step in found.ladder for key in step.channels)
    return Routing(
        found.severity, found.queue, found.acknowledge_within, found.ladder, channels, version, found.rule
    )


def _member(member: Member, wish: AlertPreference | None, severity: Severity, at: datetime) -> Contact | None:
    """None: they want to be told of critical cases only."""
    quiet = (wish.quiet_from, wish.quiet_until) if wish else (None, None)
    only_critical = wish is not None and wish.only_critical
    send_at = told_at(severity, at, member.time_zone, *quiet, only_critical=only_critical)
    if send_at is None:
        return None
    return Contact("member", member.id, member.name, member.email, member.language, member.time_zone, send_at)


def _instructor(person: Instructor, at: datetime) -> Contact:
    return Contact("instructor", person.id, person.name, person.email, person.language, person.time_zone, at)
