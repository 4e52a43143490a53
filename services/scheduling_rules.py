"""The rules of who teaches which class: kinds, drafts, versions, publishing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import InvalidInput, NotFound, StaleRevision, StaleVersion
from domain.people.access import Principal
from domain.scheduling.scheduling_rules import Known, Problem, SchedulingRules, problems
from matching.rules import HARD, SOFT
from matching.rules.rule import Rule
from models.repositories import case_routing, entities, scheduling_rules
from models.repositories.entities import check_version
from models.scheduling import SchedulingRulesVersion
from services.organizations import organization

ABSOLUTE = frozenset({"busy"})  # nobody teaches two classes at once: the database refuses it as well
_MOST_PROBLEMS = 5  # that an error names


@dataclass(frozen=True)
class RuleKind:
    key: str
    text: str  # what it says of an instructor, after their name
    meaning: str  # what its file says
    is_hard: bool
    weight: float | None  # its own, which holds where the rules name none; None: a hard rule
    by_course: bool  # whether courses may have weights of their own
    can_be_disabled: bool


@dataclass(frozen=True)
class Base:
    """The version of the rules that a change was made to, as its author has read it."""

    number: int  # 0: there were none
    version: int

    @classmethod
    def of(cls, row: SchedulingRulesVersion | None) -> "Base":
        return cls(row.number, row.version) if row else cls(0, 0)


@dataclass(frozen=True)
class Versions:
    published: SchedulingRulesVersion | None
    draft: SchedulingRulesVersion | None
    problems: Sequence[Problem]  # of the draft; without one, of what is published


@cache
def kinds() -> tuple[RuleKind, ...]:
    """All kinds of rules, the hard ones first, each group in the order in which it is looked at."""
    return tuple(_kind(rule, is_hard=True) for rule in HARD) + tuple(
        _kind(rule, is_hard=False) for rule in SOFT
    )


def _kind(rule: type[Rule], *, is_hard: bool) -> RuleKind:
    looks_at_all_classes = rule.load is not Rule.load
    return RuleKind(
        rule.key,
        rule.text,
        _meaning(rule),
        is_hard,
        None if is_hard else rule.weight,
        not is_hard and not looks_at_all_classes,
        is_hard and rule.key not in ABSOLUTE,
    )


def _meaning(rule: type[Rule]) -> str:
    """The first paragraph of the rule's file."""
    module = __import__(rule.__module__, fromlist=["__doc__"])
    return (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


def rules_of(row: SchedulingRulesVersion | None) -> SchedulingRules:
    """The rules of a version; of no version, those that the kinds have by themselves."""
    return SchedulingRules.model_validate(row.rules) if row else SchedulingRules()


async def current(db: AsyncSession) -> Versions:
    """The published rules, the draft, and what is wrong with the later of them."""
    latest = await scheduling_rules.latest(db)
    draft = latest if latest and latest.published_at is None else None
    wrong = await problems_of(db, rules_of(latest))
    return Versions(await scheduling_rules.published(db), draft, wrong)


async def published_version(db: AsyncSession) -> int:
    """The number of the rules by which instructors are chosen; 0: none are published."""
    row = await scheduling_rules.published(db)
    return row.number if row else 0


async def problems_of(db: AsyncSession, rules: SchedulingRules) -> list[Problem]:
    """Everything that is wrong with rules: each problem names the field and says what is allowed."""
    all_kinds = kinds()
    known = Known(
        [one.key for one in all_kinds if not one.is_hard],
        [one.key for one in all_kinds if one.by_course],
        [one.key for one in all_kinds if one.can_be_disabled],
        ABSOLUTE,
        await case_routing.courses_in_use(db, [own.course_id for own in rules.by_course]),
    )
    return problems(rules, known)


async def require_valid(db: AsyncSession, rules: SchedulingRules) -> None:
    """Raises InvalidInput that names the field of each problem."""
    if wrong := await problems_of(db, rules):
        shown = "; ".join(map(str, wrong[:_MOST_PROBLEMS]))
        more = f"; and {len(wrong) - _MOST_PROBLEMS} more" if len(wrong) > _MOST_PROBLEMS else ""
        raise InvalidInput(f"{shown}{more}", next_step="Correct the rules first.")


async def save_draft(
    db: AsyncSession,
    who: Principal,
    rules: SchedulingRules,
    note: str,
    now: datetime,
    *,
    version: int | None = None,
    base: Base | None = None,
) -> SchedulingRulesVersion:
    """Write the rules of the draft, which may have problems still.

    `version` is that of the draft, `base` the latest rules as the author has read them; each is compared if it is
    given. Raises StaleVersion.
    """
    await organization(db, lock=True)  # one draft at a time
    row = await scheduling_rules.latest(db)
    if base is not None and Base.of(row) != base:
        raise StaleVersion("somebody has changed the rules since you read them")
    stored = rules.model_dump(mode="json", exclude_defaults=True)
    if row is not None and row.published_at is None:
        check_version(row.version, version)
        entities.touch(row, {"rules": stored, "note": note, "created_by": who.actor}, now)
    else:
        row = SchedulingRulesVersion(
            id=uuid7(),
            organization_id=who.organization_id,
            number=row.number + 1 if row else 1,
            rules=stored,
            note=note,
            created_by=who.actor,
            created_at=now,
        )
        db.add(row)
    await db.flush()
    return row


async def publish(
    db: AsyncSession, who: Principal, number: int, now: datetime, base: Base | None = None
) -> SchedulingRulesVersion:
    """Assign instructors from now on by the draft of this number; published again, nothing changes.

    Raises NotFound, StaleRevision, StaleVersion where the draft isn't as in `base`, and InvalidInput that names the
    field of each problem.
    """
    await organization(db, lock=True)
    row = await scheduling_rules.latest(db)
    if row is None or row.number < number:
        raise NotFound(f"there is no version {number} of the rules")
    if row.number > number:
        raise StaleRevision(f"the latest version of the rules is {row.number}")
    if row.published_at is not None:
        return row
    if base is not None and Base.of(row) != base:
        raise StaleVersion("somebody has changed the draft since you read it")
    await require_valid(db, rules_of(row))
    entities.touch(row, {"published_by": who.actor, "published_at": now}, now)
    await db.flush()
    return row


async def discard(db: AsyncSession, number: int) -> None:
    """Delete the draft of this number. Raises NotFound."""
    await organization(db, lock=True)
    row = await scheduling_rules.latest(db)
    if row is None or row.published_at is not None or row.number != number:
        raise NotFound(f"there is no draft {number} of the rules")
    await db.delete(row)
    await db.flush()


async def version(db: AsyncSession, number: int) -> SchedulingRulesVersion:
    """A published version. Raises NotFound."""
    row = await scheduling_rules.published(db, number)
    if row is None:
        raise NotFound(f"there is no published version {number} of the rules")
    return row


def course_ids(rules: SchedulingRules) -> set[UUID]:
    return {own.course_id for own in rules.by_course}
