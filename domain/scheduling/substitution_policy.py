"""An organization's rules for finding substitutes: whom to ask first, and how long each has to answer."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.scheduling.candidates import RankingRules, Term
from domain.scheduling.offers import OfferRules, Pace

Weight = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Before = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=90))]
Answer = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=7))]
AtOnce = Annotated[int, Field(ge=1, le=100)]
MOST_PACES = 10


class Weights(BaseModel):
    """How much each part of the ranking counts; all parts are between 0 and 1 before they are weighed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    knows_students: Weight = Field(4.0, description="Has taught the students of the class.")
    knows_course: Weight = Field(2.0, description="Has taught the course.")
    fair_share: Weight = Field(1.0, description="Has substituted seldom lately.")
    cost: Weight = Field(1.0, description="Costs less than the others.")


class PaceRule(BaseModel):
    """Holds while the start of the class is at least `before` away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: Before
    answer_within: Answer
    at_once: AtOnce | None = Field(description="Instructors who are asked at the same time; `null`: all.")


class LatePace(BaseModel):
    """Holds for a class that starts sooner than every pace says, or has started. Everybody is asked at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_within: Answer = timedelta(minutes=15)


def _paces() -> tuple[PaceRule, ...]:
    return tuple(
        PaceRule(before=pace.before, answer_within=pace.answer_within, at_once=pace.at_once)
        for pace in OfferRules().paces
    )


class SubstitutionPolicy(BaseModel):
    """Read when a search begins, which follows it to its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: Weights = Weights()
    paces: tuple[PaceRule, ...] = Field(
        default_factory=_paces, max_length=MOST_PACES, description="The longest `before` first."
    )
    late: LatePace = LatePace()
    tell_families_of_delay: bool = Field(
        True, description="Whether families are told when nobody was found and the class should have started."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        starts = [pace.before for pace in self.paces]
        if starts != sorted(set(starts), reverse=True):
            raise ValueError("paces must be in order, the longest before first, each once")
        return self

    @property
    def ranking_rules(self) -> RankingRules:
        return RankingRules({term: getattr(self.weights, term) for term in Term})

    @property
    def offer_rules(self) -> OfferRules:
        return OfferRules(
            tuple(Pace(pace.before, pace.answer_within, pace.at_once) for pace in self.paces),
            Pace(timedelta(), self.late.answer_within, None),
            self.tell_families_of_delay,
        )
