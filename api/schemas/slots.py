"""Response bodies of slots and quotes."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.slots import Slot
from services.inputs.fields import Schema
from services.planning.candidates import text_of
from services.slots import FoundSlots, Quote


class InstructorName(Schema):
    id: UUID
    name: str


class RuleOut(Schema):
    rule: str = Field(description="A stable code.")
    text: str


class CannotTeach(InstructorName):
    rules: list[RuleOut]


class SlotOut(Schema):
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    bookable: bool
    instructors: list[InstructorName] = Field(description="Who can teach the class.")
    busy_student_ids: list[UUID] = Field(
        description="Students with another class, or who can't have one then; with `explain`."
    )
    cannot_teach: list[CannotTeach] = Field(description="Everybody else, with the rules; with `explain`.")

    @classmethod
    def of(cls, slot: Slot, found: FoundSlots) -> Self:
        return cls(
            starts_at=slot.start,
            ends_at=slot.end,
            bookable=slot.bookable,
            instructors=[InstructorName(id=key, name=found.names[key]) for key in slot.instructor_ids],
            busy_student_ids=list(slot.busy_students),
            cannot_teach=[
                CannotTeach(
                    id=key,
                    name=found.names[key],
                    rules=[RuleOut(rule=rule, text=found.sentence(slot, key, rule)) for rule in rules],
                )
                for key, rules in (slot.refused or {}).items()
            ],
        )


class SlotsOut(Schema):
    items: list[SlotOut]
    next_from: AwareDatetime | None = Field(description="Send it as `from` for more; null: there are none.")

    @classmethod
    def of(cls, found: FoundSlots) -> Self:
        return cls(items=[SlotOut.of(slot, found) for slot in found.slots], next_from=found.continues_at)


class TermOut(RuleOut):
    cost: float = Field(description="The lower the better.")


class QuotedInstructor(InstructorName):
    score: float = Field(description="The lower the better: the sum of the costs of the terms.")
    terms: list[TermOut]


class QuoteRefusal(RuleOut):
    class_ids: list[UUID] = Field(description="The classes that are in the way.")


class QuoteRefused(InstructorName):
    rules: list[QuoteRefusal]


class QuoteOut(Schema):
    rules_version: int = Field(description="Of the published scheduling rules; 0 if none are published.")
    candidates: list[QuotedInstructor] = Field(description="The best first.")
    refused: list[QuoteRefused]
    busy_student_ids: list[UUID] = Field(
        description="Students who have another class then, or can't have one at that time."
    )

    @classmethod
    def of(cls, quote: Quote) -> Self:
        return cls(
            rules_version=quote.found.rules_version,
            candidates=[
                QuotedInstructor(
                    id=one.id,
                    name=one.name,
                    score=one.score,
                    terms=[
                        TermOut(rule=rule, text=text_of(rule), cost=cost) for rule, cost in one.terms.items()
                    ],
                )
                for one in quote.found.candidates
            ],
            refused=[
                QuoteRefused(
                    id=one.id,
                    name=one.name,
                    rules=[
                        QuoteRefusal(rule=why.rule, text=one.text(why.rule), class_ids=list(why.class_ids))
                        for why in one.refused_by
                    ],
                )
                for one in quote.found.refused
            ],
            busy_student_ids=quote.busy_students,
        )
