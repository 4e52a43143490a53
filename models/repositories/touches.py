"""Touches: acts of people on sessions outside ordinary teaching, counted from the change log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

KINDS = ("command", "exception", "message", "people", "attendance", "documentation")
"""Of touches: commands to a class, acts on exceptions, messages sent by hand, changes of its people, and so on."""

# What staff changes of a class, a case or a message. Booking a class and its people is no touch. What one person
# changes of one class within ten seconds is one act, and so is what one request changes of many classes.
_TOUCH = """
    with changed as (
        select date_trunc('week', c.occurred_at, 'UTC')::date as week,
               case when c.subject = 'notice' or c.kind = 'session.messaged' then 'message'
                    when c.subject = 'session' then 'command'
                    when c.subject = 'participant' then 'people'
                    when c.subject = 'documentation_revision' then 'documentation' else c.subject end as touch,
               c.actor, c.session_id, floor(extract(epoch from c.occurred_at) / 10) as moment,
               c.seq, c.occurred_at, c.kind, c.subject, c.subject_id, c.request_id
        from change_log c
        where c.occurred_at >= :since and c.occurred_at < :until and c.session_id is not null
          and split_part(c.actor, ':', 1) in ('member', 'operator')
          and c.subject in ('session', 'exception', 'notice', 'participant', 'attendance', 'documentation',
                            'documentation_revision')
          and c.kind <> 'session.created'
          and not exists (select from change_log b where b.xid = c.xid and b.kind = 'session.created'
                          and b.organization_id = c.organization_id)
    ), bulk as (
        select request_id from changed where request_id <> ''
        group by request_id having count(distinct session_id) > 1
    ), touches as (
        select c.*, coalesce(b.request_id, concat_ws(' ', c.actor, c.session_id, c.moment)) as act
        from changed c left join bulk b on b.request_id = c.request_id
    )
"""
_TOUCHES = sa.text(
    f"{_TOUCH} select week, touch as kind, count(distinct act) as touches from touches group by 1, 2"
)
_TOUCHED = sa.text(f"""
    {_TOUCH}
    select min(t.occurred_at) as occurred_at, min(t.actor) as actor,
           (array_agg(t.session_id order by t.seq))[1] as session_id,
           (array_agg(s.title order by t.seq))[1] as title,
           (array_agg(s.starts_at order by t.seq))[1] as starts_at, count(distinct t.session_id) as sessions,
           array_agg(distinct t.kind) as changes,
           (array_agg(t.subject order by t.seq))[1] as subject,
           (array_agg(t.subject_id order by t.seq))[1] as subject_id
    from touches t left join session s on s.id = t.session_id
    where t.touch = :kind group by t.act order by 1 desc, 3 limit :most
""")
_SESSIONS = sa.text("""
    select date_trunc('week', starts_at, 'UTC')::date as week, count(*) as sessions
    from session where starts_at >= :since and starts_at < :until group by 1
""")


@dataclass(frozen=True)
class Week:
    monday: date  # in UTC
    sessions: int  # that start in it
    touches: Mapping[str, int]  # by kind, see KINDS

    @property
    def total(self) -> int:
        return sum(self.touches.values())

    @property
    def per_100_sessions(self) -> float | None:
        """None for a week without sessions."""
        return self.rate(self.total)

    def rate(self, touches: int) -> float | None:
        """So many touches per 100 sessions of this week; None for a week without sessions."""
        return round(100 * touches / self.sessions, 2) if self.sessions else None


@dataclass(frozen=True)
class Touched:
    """One touch: what a person changed of a class within a moment, or of many classes at once."""

    occurred_at: datetime
    actor: str
    session_id: UUID  # of the first class
    title: str | None  # of that class; None: it is gone
    starts_at: datetime | None  # of that class
    sessions: int  # how many classes it changed
    changes: Sequence[str]  # kinds of changes, such as `session.updated`
    subject: str  # of the first change, with its id: the case, the message, the class…
    subject_id: UUID


async def touched(
    db: AsyncSession, kind: str, since: datetime, until: datetime, *, most: int
) -> list[Touched]:
    """The touches of a kind from `since` until `until`, the latest first."""
    values = {"kind": kind, "since": since, "until": until, "most": most}
    return [Touched(**row._mapping) for row in await db.execute(_TOUCHED, values)]


async def by_week(db: AsyncSession, since: datetime, until: datetime) -> list[Week]:
    """Of the weeks from `since` to `until`, the latest first; weeks without sessions and touches are left out."""
    window = {"since": since, "until": until}
    sessions = {row.week: row.sessions for row in await db.execute(_SESSIONS, window)}
    touches: dict[date, dict[str, int]] = {}
    for row in await db.execute(_TOUCHES, window):
        touches.setdefault(row.week, {})[row.kind] = row.touches
    weeks = sorted({*sessions, *touches}, reverse=True)
    return [Week(week, sessions.get(week, 0), touches.get(week, {})) for week in weeks]


def first_monday(now: datetime, weeks: int) -> datetime:
    """The beginning, in UTC, of the first of so many weeks that end with the present one."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    return datetime.combine(monday, time(), UTC)
