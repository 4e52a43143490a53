"""Response bodies of substitutions, of who could teach a class, and of when instructors can teach."""

from collections.abc import Iterable, Sequence
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.candidates import Ranked
from domain.scheduling.offers import OfferState, SubstitutionState
from models.substitution import Substitution, SubstitutionOffer
from services.inputs.fields import Schema
from services.instructor_absences import ReplacedIn


class CandidateOut(Schema):
    instructor_id: UUID
    name: str
    score: float = Field(description="The sum of `terms`; who has the highest is asked first.")
    terms: dict[str, float] = Field(description="What the score is made of.")
    why_not: list[str] = Field(
        description="The rules that keep them from teaching the class, as the `kinds` of the scheduling rules name "
        "them, or `is_replaced`, `on_leave`, `busy_elsewhere`; empty: they may."
    )

    @classmethod
    def of(cls, ranked: Ranked, name: str) -> Self:
        terms = {str(term): value for term, value in ranked.terms.items()}
        return cls(
            instructor_id=ranked.id, name=name, score=ranked.score, terms=terms, why_not=list(ranked.why_not)
        )


class OfferOut(Schema):
    instructor_id: UUID
    position: int = Field(description="In the order of asking, from 1.")
    score: float
    terms: dict[str, float]
    state: OfferState
    sent_at: AwareDatetime
    expires_at: AwareDatetime
    answered_at: AwareDatetime | None


class SubstitutionOut(Schema):
    id: UUID
    session_id: UUID
    starts_at: AwareDatetime = Field(description="Start of the class that it is for; a move ends the search.")
    absent_instructor_id: UUID
    reason: str
    requested_by: str = Field(description="As in the audit log; empty: by a signal in the Temporal UI.")
    wanted_instructor_id: UUID | None
    broadcast: bool
    state: SubstitutionState
    accepted_by_id: UUID | None
    created_at: AwareDatetime
    ended_at: AwareDatetime | None
    offers: list[OfferOut]

    @classmethod
    def of(cls, row: Substitution, offers: Sequence[SubstitutionOffer]) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if name != "offers"}
        made = [
            OfferOut(**{name: getattr(offer, name) for name in OfferOut.model_fields})
            for offer in offers
            if offer.substitution_id == row.id
        ]
        return cls(**own, offers=made)


class SubstitutedOut(Schema):
    session_id: UUID
    problem: str | None = Field(
        description="Why no search was started; null: it goes on, or a plan has the class."
    )
    planned: bool = Field(
        False,
        description="The class is more than seven days ahead: the plan that follows the leave gives it away.",
    )


class AbsenceOut(Schema):
    classes: list[SubstitutedOut] = Field(description="The instructor's classes in this time.")

    @classmethod
    def of(cls, replaced: Iterable[ReplacedIn]) -> Self:
        return cls(
            classes=[
                SubstitutedOut(
                    session_id=one.session_id,
                    problem=one.refusal.detail if one.refusal else None,
                    planned=one.is_planned,
                )
                for one in replaced
            ]
        )
