"""Touches: acts of people on sessions outside ordinary teaching, counted from the change log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

# What staff changes of a class, a case or a message. Booking a class and its people is no touch; what one person
# changes of one class within ten seconds is one act.
_TOUCHES = sa.text("""
    select date_trunc('week', c.occurred_at, 'UTC')::date as week,
           case c.subject when 'session' then 'command' when 'notice' then 'message' when 'participant' then 'people'
                          when 'documentation_revision' then 'documentation' else c.subject end as kind,
           count(distinct (c.actor, c.session_id, floor(extract(epoch from c.occurred_at) / 10))) as touches
    from change_log c
    where c.occurred_at >= :since and c.session_id is not null
      and split_part(c.actor, ':', 1) in ('member', 'operator')
      and c.subject in ('session', 'exception', 'notice', 'participant', 'attendance', 'documentation',
                        'documentation_revision')
      and c.kind <> 'session.created'
      and not exists (select from change_log b where b.xid = c.xid and b.kind = 'session.created'
                      and b.organization_id = c.organization_id)
    group by 1, 2
""")
_SESSIONS = sa.text("""
    select date_trunc('week', starts_at, 'UTC')::date as week, count(*) as sessions
    from session where starts_at >= :since and starts_at < :until group by 1
""")


@dataclass(frozen=True)
class Week:
    monday: date  # in UTC
    sessions: int  # that start in it
    touches: Mapping[str, int]  # by kind: command, exception, message, people, attendance, documentation

    @property
    def total(self) -> int:
        return sum(self.touches.values())

    @property
    def per_100_sessions(self) -> float | None:
        """None for a week without sessions."""
        return round(100 * self.total / self.sessions, 2) if self.sessions else None


async def by_week(db: AsyncSession, since: datetime, until: datetime) -> list[Week]:
    """Of the weeks from `since` to `until`, the latest first; weeks without sessions and touches are left out."""
    window = {"since": since, "until": until}
    sessions = {row.week: row.sessions for row in await db.execute(_SESSIONS, window)}
    touches: dict[date, dict[str, int]] = {}
    for row in await db.execute(_TOUCHES, {"since": since}):
        touches.setdefault(row.week, {})[row.kind] = row.touches
    weeks = sorted({*sessions, *touches}, reverse=True)
    return [Week(week, sessions.get(week, 0), touches.get(week, {})) for week in weeks]
