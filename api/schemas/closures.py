"""Response bodies of closures."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.closure import Closure
from models.session import Session
from services.closures import AddedClosures, BookedOutcome, ChangedClosure, ClosureEffect, StandingClass
from services.inputs.closures import NewClosure
from services.inputs.fields import Schema


class ReadClosureOut(Schema):
    name: str
    first_day: date = Field(description="In the organization's time zone.")
    last_day: date = Field(description="Included.")
    region: str = Field(
        description="Only classes of courses that require this region; empty: the whole organization."
    )


class ClosureOut(ReadClosureOut):
    id: UUID
    version: int
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: Closure) -> Self:
        return cls(
            id=row.id,
            name=row.name,
            first_day=row.first_day,
            last_day=row.last_day,
            region=row.region,
            version=row.version,
            created_at=row.created_at,
        )


class ClosureFileOut(Schema):
    closures: list[ReadClosureOut] = Field(description="As `POST /v1/closures` takes them.")

    @classmethod
    def of(cls, found: Sequence[NewClosure]) -> Self:
        return cls(
            closures=[
                ReadClosureOut(
                    name=one.name, first_day=one.first_day, last_day=one.ends_on, region=one.region
                )
                for one in found
            ]
        )


class StandingClassOut(Schema):
    session_id: UUID
    title: str
    starts_at: AwareDatetime
    closure: str = Field(description="Name of the closure.")

    @classmethod
    def of(cls, one: StandingClass) -> Self:
        return cls(
            session_id=one.session.id,
            title=one.session.title,
            starts_at=one.session.starts_at,
            closure=one.closure,
        )


class ClosurePreviewOut(Schema):
    booked: list[StandingClassOut] = Field(description="Classes that are booked on these days, by start.")

    @classmethod
    def of(cls, found: Sequence[StandingClass]) -> Self:
        return cls(booked=[StandingClassOut.of(one) for one in found])


class CancelledClassOut(Schema):
    session_id: UUID
    title: str
    starts_at: AwareDatetime

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(session_id=session.id, title=session.title, starts_at=session.starts_at)


class _EffectOut(Schema):
    skipped: int = Field(
        description="Classes of series, not booked yet, that fall on closed days by the change."
    )
    planned_again: int = Field(description="Classes of series that were skipped, and are planned again.")
    stay_cancelled: list[CancelledClassOut] = Field(
        description="Classes on days that open which were cancelled for the holiday. They don't come back by "
        "themselves: book them again where they are to take place."
    )


class ClosureEffectOut(_EffectOut):
    booked: list[StandingClassOut] = Field(
        description="Classes that are booked on days that close, by start."
    )

    @classmethod
    def of(cls, effect: ClosureEffect) -> Self:
        return cls(
            booked=[StandingClassOut.of(one) for one in effect.booked],
            skipped=effect.skipped,
            planned_again=effect.planned_again,
            stay_cancelled=[CancelledClassOut.of(one) for one in effect.stay_cancelled],
        )


class _BookedOut(Schema):
    """What has become of booked classes."""

    kept: int = Field(description="How many booked classes stand on days that have closed.")
    cancelled: int
    not_cancelled: list[UUID] = Field(description="Ids of classes that could not be cancelled.")


class ClosureChangedOut(_EffectOut, _BookedOut):
    closure: ClosureOut

    @classmethod
    def of(cls, changed: ChangedClosure) -> Self:
        return cls(
            closure=ClosureOut.of(changed.closure),
            **_booked(changed),
            skipped=changed.skipped,
            planned_again=changed.planned_again,
            stay_cancelled=[CancelledClassOut.of(one) for one in changed.stay_cancelled],
        )


class ClosuresAddedOut(_BookedOut):
    closures: list[ClosureOut]

    @classmethod
    def of(cls, added: AddedClosures) -> Self:
        return cls(closures=[ClosureOut.of(row) for row in added.closures], **_booked(added))


def _booked(outcome: BookedOutcome) -> dict[str, Any]:
    return {
        "kept": outcome.kept,
        "cancelled": outcome.cancelled,
        "not_cancelled": [one.session_id for one in outcome.refused],
    }
