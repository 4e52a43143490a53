"""The tables of who teaches what: versions of an organization's rules, and what is known of student and instructor."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, json_object, utc, within_tenant


class SchedulingRulesVersion(TenantRow, table=True):
    """A version of the rules: a draft until it is published; plans are made by the latest published one."""

    __tablename__ = "scheduling_rules"
    __table_args__ = (sa.UniqueConstraint("organization_id", "number"),)
    id: UUID = Field(primary_key=True)
    number: int  # from 1
    rules: dict[str, Any] = json_object()  # domain.scheduling.scheduling_rules.SchedulingRules
    note: str = ""  # why it is so, for those who read the versions
    version: int = 1  # of the draft
    created_by: str  # "member:<id>", "key:<id>"…: who changed it last
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    published_by: str = ""
    published_at: datetime | None = utc(None)


class Pairing(TenantRow, table=True):
    """What is known of a student with an instructor, beside the classes that they had together."""

    __table_args__ = (
        within_tenant("student"),
        within_tenant("instructor"),
        sa.CheckConstraint("family_preference between -1 and 1", name="family_preference_in_range"),
        sa.CheckConstraint("quality between 0 and 1", name="quality_in_range"),
    )
    student_id: UUID = Field(primary_key=True)
    instructor_id: UUID = Field(primary_key=True, index=True)
    family_preference: float = 0.0  # from -1 (rather not) to 1 (wanted)
    quality: float | None = None  # from 0 (bad) to 1 (good); None: unknown
    do_not_pair: bool = False  # the instructor must not teach the student
    updated_by: str  # an actor
    updated_at: datetime = utc()
