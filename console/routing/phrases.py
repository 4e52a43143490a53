"""Rules of routing in words: their conditions and the steps of their ladders, with names in place of ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame import durations
from console.frame.labels import case_label
from domain.cases.kinds import Owner
from domain.cases.routing import Rule, Step, Weekday
from models.access import Member
from models.case_routing import AlertChannel, Rota
from models.course import Course
from models.repositories import names
from reports.moments import listed

_MOST_NAMED = 3
ROLES: Mapping[Owner, str] = {
    Owner.OPS: "all of ops",
    Owner.ADMIN: "all admins",
    Owner.INSTRUCTOR: "the instructor of the class",
}


@dataclass(frozen=True)
class Names:
    """The names of what rules refer to, by id."""

    courses: Mapping[UUID, str] = field(default_factory=dict)
    members: Mapping[UUID, str] = field(default_factory=dict)
    rotas: Mapping[UUID, str] = field(default_factory=dict)
    channels: Mapping[UUID, str] = field(default_factory=dict)

    @classmethod
    async def of(cls, db: AsyncSession, rules: Sequence[Rule]) -> Self:
        steps = [step for rule in rules for step in rule.ladder]
        return await cls.of_steps(db, steps, {key for rule in rules for key in rule.courses})

    @classmethod
    async def of_steps(cls, db: AsyncSession, steps: Sequence[Step], courses: set[UUID]) -> Self:
        return cls(
            await names.of(db, Course, courses),
            await names.of(db, Member, {key for step in steps for key in step.members}),
            await names.of(db, Rota, {key for step in steps for key in step.rotas}),
            await names.of(db, AlertChannel, {key for step in steps for key in step.channels}),
        )


def conditions(rule: Rule, names: Names) -> list[str]:
    """Each condition of a rule; empty: it takes every exception."""
    found = []
    if rule.kinds:
        found.append(_some([case_label(kind) for kind in rule.kinds]))
    if rule.at_least:
        found.append(f"{rule.at_least.value} or more severe")
    if rule.courses:
        found.append(_some([names.courses.get(key, "a course that is gone") for key in rule.courses]))
    if rule.regions:
        found.append(f"region {_some(rule.regions)}")
    if hours := _hours(rule):
        found.append(hours)
    return found


def _hours(rule: Rule) -> str:
    days = ", ".join(day.value[:3].capitalize() for day in Weekday if day in rule.weekdays)
    if rule.from_time is None or rule.until_time is None:
        return days
    return f"{days} {rule.from_time:%H:%M}–{rule.until_time:%H:%M}".strip()


def _some(texts: Sequence[str]) -> str:
    if len(texts) <= _MOST_NAMED + 1:
        return listed(texts, "en")
    return f"{', '.join(texts[:_MOST_NAMED])} and {len(texts) - _MOST_NAMED} more"


def when(step: Step) -> str:
    return length(step.after) if step.after_minutes else "at once"


def length(time: timedelta) -> str:
    """Such as `after 1 hour 30 minutes`."""
    return f"after {durations.written(time)}"


def told(step: Step, names: Names) -> str:
    """Whom a step tells."""
    people = [
        *(f"on duty of {names.rotas.get(key, 'a rota that is gone')}" for key in step.rotas),
        *(ROLES[role] for role in step.roles),
        *(names.members.get(key, "somebody who is gone") for key in step.members),
    ]
    channels = [names.channels.get(key, "a channel that is gone") for key in step.channels]
    parts = []
    if step.mail and step.assignee:
        parts.append("who works on it" + (f"; if nobody does, {listed(people, 'en')}" if people else ""))
    elif step.mail and people:
        parts.append(listed(people, "en"))
    if channels:
        parts.append(f"{'channel' if len(channels) == 1 else 'channels'} {listed(channels, 'en')}")
    return "; ".join(parts) or "nobody"
