"""Response bodies of closures."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.closure import Closure
from services.closures import AddedClosures, StandingClass
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
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: Closure) -> Self:
        return cls(
            id=row.id,
            name=row.name,
            first_day=row.first_day,
            last_day=row.last_day,
            region=row.region,
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


class ClosurePreviewOut(Schema):
    booked: list[StandingClassOut] = Field(description="Classes that are booked on these days, by start.")

    @classmethod
    def of(cls, found: Sequence[StandingClass]) -> Self:
        return cls(
            booked=[
                StandingClassOut(
                    session_id=one.session.id,
                    title=one.session.title,
                    starts_at=one.session.starts_at,
                    closure=one.closure,
                )
                for one in found
            ]
        )


class ClosuresAddedOut(Schema):
    closures: list[ClosureOut]
    kept: int = Field(description="How many booked classes stand on these days.")
    cancelled: int
    not_cancelled: list[UUID] = Field(description="Ids of classes that could not be cancelled.")

    @classmethod
    def of(cls, added: AddedClosures) -> Self:
        return cls(
            closures=[ClosureOut.of(row) for row in added.closures],
            kept=added.kept,
            cancelled=added.cancelled,
            not_cancelled=[one.session_id for one in added.refused],
        )
