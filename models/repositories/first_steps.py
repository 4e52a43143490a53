"""Reads how far an organization has come from nothing to its first class, in one statement."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

_QUERY = sa.text("""
    select exists (select from organization where updated_at is not null or time_zone <> 'UTC') as set_up,
           exists (select from notice where sent_at is not null) as mail_sent,
           not exists (select from notice where sent_at is not null)
               and exists (select from notice where failed_at is not null or attempts > 0) as mail_failed,
           exists (select from instructor where retired_at is null) as instructor,
           exists (select from student s where s.retired_at is null and exists (
               select from student_guardian g where g.organization_id = s.organization_id
               and g.student_id = s.id)) as student,
           exists (select from enrollment e join course c
                   on c.organization_id = e.organization_id and c.id = e.course_id
                   where e.retired_at is null and c.retired_at is null) as course,
           exists (select from session) as class_booked
""")


@dataclass(frozen=True)
class FirstSteps:
    set_up: bool  # time zone or other settings were chosen
    mail_sent: bool  # the mail server has taken a message
    mail_failed: bool  # it has taken none, and at least one was tried
    instructor: bool
    student: bool  # one with a guardian
    course: bool  # one with an enrolled student
    class_booked: bool

    @property
    def complete(self) -> bool:
        """A class is booked and messages go out: whoever comes so far needs no list, even with a step left out."""
        return self.class_booked and self.mail_sent


async def first_steps(db: AsyncSession) -> FirstSteps:
    """Of the organization of this transaction's tenant."""
    return FirstSteps(*(await db.execute(_QUERY)).one())
