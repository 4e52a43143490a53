"""Bodies of swaps between colleagues and of classes that look for an instructor."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.swaps import SwapBar, SwapState
from models.repositories.class_swaps import SwapRow
from services.inputs.fields import Schema
from services.inputs.swaps import NewSwap
from services.swap_partners import Colleague, Exchange

_WHY_NOT = "Empty: the rules allow it."


class SwapIn(NewSwap):
    session_id: UUID = Field(description="The class that its instructor offers.")


class SwapOut(Schema):
    id: UUID
    session_id: UUID = Field(description="The class that is offered.")
    starts_at: AwareDatetime = Field(description="Of that class when it was offered.")
    from_instructor_id: UUID
    to_instructor_id: UUID
    return_session_id: UUID | None = Field(
        description="The class that is taken in return; null: the class is given away."
    )
    return_starts_at: AwareDatetime | None
    note: str
    state: SwapState = Field(
        description="`outdated`: one of the classes was moved, cancelled or changed hands meanwhile."
    )
    expires_at: AwareDatetime = Field(description="Until then it can be accepted.")
    created_at: AwareDatetime
    answered_at: AwareDatetime | None

    @classmethod
    def of(cls, row: SwapRow, now: datetime) -> Self:
        own = {name: getattr(row.swap, name) for name in cls.model_fields}
        return cls(**own | {"state": row.state(now)})


class SwapPartnerOut(Schema):
    instructor_id: UUID
    name: str
    bars: list[SwapBar] = Field(description=f"Why the colleague can't take the class. {_WHY_NOT}")

    @classmethod
    def of(cls, one: Colleague) -> Self:
        return cls(instructor_id=one.id, name=one.name, bars=list(one.bars))


class SwapExchangeOut(Schema):
    session_id: UUID = Field(description="The colleague's class.")
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    bars: list[SwapBar] = Field(
        description=f"Why the colleague can't teach the class that is offered for it. {_WHY_NOT}"
    )
    own_bars: list[SwapBar] = Field(
        description=f"Why the instructor who offers can't teach the colleague's class. {_WHY_NOT}"
    )

    @classmethod
    def of(cls, one: Exchange) -> Self:
        session = one.session
        return cls(
            session_id=session.id,
            title=session.title,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            bars=list(one.bars),
            own_bars=list(one.own_bars),
        )
