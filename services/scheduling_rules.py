"""The rules of who teaches which class: kinds, drafts, versions, publishing."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound
from domain.people.access import Principal
from domain.scheduling.scheduling_rules import Known, Problem, SchedulingRules, problems
from matching.rules import HARD, SOFT
from matching.rules.rule import Rule
from models.repositories import case_routing
from models.repositories import rule_versions as stored
from models.scheduling import SchedulingRulesVersion
from services import rule_versions
from services.rule_versions import Base

ABSOLUTE = frozenset({"busy"})  # nobody teaches two classes at once: the database refuses it as well


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
    return (sys.modules[rule.__module__].__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


def rules_of(row: SchedulingRulesVersion | None) -> SchedulingRules:
    """The rules of a version; of no version, those that the kinds have by themselves."""
    return SchedulingRules.model_validate(row.rules) if row else SchedulingRules()


async def current(db: AsyncSession) -> Versions:
    """The published rules, the draft, and what is wrong with the later of them."""
    latest = await stored.latest(db, SchedulingRulesVersion)
    draft = latest if latest and latest.published_at is None else None
    wrong = await problems_of(db, rules_of(latest))
    return Versions(await stored.published(db, SchedulingRulesVersion), draft, wrong)


async def published_rules(db: AsyncSession) -> tuple[SchedulingRules, int]:
    """The rules that hold, with their number; those of the kinds themselves and 0 if none are published."""
    row = await stored.published(db, SchedulingRulesVersion)
    return rules_of(row), row.number if row else 0


async def rules_of_version(db: AsyncSession, number: int) -> SchedulingRules:
    """The rules of a published version; 0: those of the kinds themselves."""
    return rules_of(await stored.published(db, SchedulingRulesVersion, number) if number else None)


async def published_version(db: AsyncSession) -> int:
    """The number of the rules by which instructors are chosen; 0: none are published."""
    row = await stored.published(db, SchedulingRulesVersion)
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
        raise rule_versions.invalid(wrong, "Correct the rules first.")


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
    """Write the rules of the draft, which may have problems still; see `rule_versions.save_draft`.

    Raises StaleVersion.
    """
    content = {"rules": rules.model_dump(mode="json", exclude_defaults=True), "note": note}
    return await rule_versions.save_draft(
        db, SchedulingRulesVersion, who, content, now, version=version, base=base
    )


async def publish(
    db: AsyncSession, who: Principal, number: int, now: datetime, base: Base | None = None
) -> SchedulingRulesVersion:
    """Assign instructors from now on by the draft of this number; see `rule_versions.publish`.

    Raises NotFound, StaleRevision, StaleVersion, and InvalidInput that names the field of each problem.
    """

    async def check(row: SchedulingRulesVersion) -> None:
        await require_valid(db, rules_of(row))

    return await rule_versions.publish(db, SchedulingRulesVersion, who, number, check, now, base)


async def discard(db: AsyncSession, number: int) -> None:
    """Delete the draft of this number. Raises NotFound."""
    await rule_versions.discard(db, SchedulingRulesVersion, number)


async def version(db: AsyncSession, number: int) -> SchedulingRulesVersion:
    """A published version. Raises NotFound."""
    row = await stored.published(db, SchedulingRulesVersion, number)
    if row is None:
        raise NotFound(f"there is no published version {number} of the rules")
    return row


def course_ids(rules: SchedulingRules) -> set[UUID]:
    return {own.course_id for own in rules.by_course}
