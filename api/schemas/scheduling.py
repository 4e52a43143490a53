"""Response bodies of who teaches which class: rules, what-ifs, candidates with reasons, what is known of pairs."""

from collections.abc import Mapping
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.scheduling_rules import Problem, SchedulingRules
from matching.ranking import Refusal
from models.scheduling import Pairing, SchedulingRulesVersion
from services.inputs.fields import Schema
from services.planning.candidates import ClassCandidates, RefusedInstructor
from services.planning.cover import Cover
from services.planning.what_if import Reassigned, Week, WeekCompared
from services.scheduling_rules import RuleKind, Versions, kinds, rules_of


class RuleKindOut(Schema):
    """A kind of rule that this version of Homeroom has."""

    key: str
    text: str = Field(description="What it says of an instructor, after their name.")
    meaning: str
    is_hard: bool = Field(description="Whether it refuses; a soft rule makes dearer.")
    weight: float | None = Field(description="Of a soft rule that the rules give no weight.")
    by_course: bool = Field(description="Whether courses may give it weights of their own.")
    can_be_disabled: bool

    @classmethod
    def of(cls, kind: RuleKind) -> Self:
        return cls(**{name: getattr(kind, name) for name in cls.model_fields})


class RulesProblemOut(Schema):
    """Why rules can't be published."""

    field: str = Field(examples=["weights.cost"])
    message: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(field=problem.field, message=problem.message)


class SchedulingRulesVersionOut(Schema):
    number: int
    rules: SchedulingRules
    note: str
    version: int
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    published_by: str
    published_at: AwareDatetime | None = Field(description="Null: a draft.")

    @classmethod
    def of(cls, row: SchedulingRulesVersion) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if name != "rules"}
        return cls(rules=rules_of(row), **values)


class SchedulingRulesOut(Schema):
    published: SchedulingRulesVersionOut | None = Field(
        description="Null: every kind of rule holds with its own weight."
    )
    draft: SchedulingRulesVersionOut | None
    problems: list[RulesProblemOut] = Field(
        description="Of the draft; without one, of the published rules, which a course that was retired may have."
    )
    kinds: list[RuleKindOut] = Field(description="What rules can name.")

    @classmethod
    def of(cls, found: Versions) -> Self:
        return cls(
            published=SchedulingRulesVersionOut.of(found.published) if found.published else None,
            draft=SchedulingRulesVersionOut.of(found.draft) if found.draft else None,
            problems=[RulesProblemOut.of(one) for one in found.problems],
            kinds=[RuleKindOut.of(kind) for kind in kinds()],
        )


class ReassignedOut(Schema):
    """A class that would have another instructor. Null: nobody."""

    session_id: UUID
    title: str
    starts_at: AwareDatetime
    booked_instructor_id: UUID | None
    before_instructor_id: UUID | None = Field(description="In a plan by the published rules.")
    after_instructor_id: UUID | None = Field(description="In a plan by the tried rules.")

    @classmethod
    def of(cls, one: Reassigned) -> Self:
        return cls(
            session_id=one.class_id,
            title=one.title,
            starts_at=one.starts_at,
            booked_instructor_id=one.booked,
            before_instructor_id=one.before,
            after_instructor_id=one.after,
        )


class BeforeAfter(Schema):
    before: float
    after: float


class WeekComparedOut(Schema):
    week: Week
    classes: int
    reassigned: list[ReassignedOut] = Field(description="By start.")
    unassigned: BeforeAfter = Field(description="Classes that nobody could teach.")
    terms: dict[str, BeforeAfter] = Field(
        description="What both plans cost by soft rule, as the tried rules weigh it; `unassigned` for classes without "
        "an instructor. The lower the better."
    )
    objective: BeforeAfter = Field(description="The sums of the terms.")

    @classmethod
    def of(cls, one: WeekCompared) -> Self:
        before, after = one.objective
        return cls(
            week=one.week,
            classes=one.classes,
            reassigned=[ReassignedOut.of(own) for own in one.reassigned],
            unassigned=BeforeAfter(before=one.unassigned_before, after=one.unassigned_after),
            terms={key: BeforeAfter(before=old, after=new) for key, (old, new) in one.terms.items()},
            objective=BeforeAfter(before=before, after=after),
        )


class RefusalOut(Schema):
    rule: str
    text: str
    session_ids: list[UUID] = Field(description="The classes in the way, if it is a rule that links classes.")

    @classmethod
    def of(cls, one: RefusedInstructor, refusal: Refusal) -> Self:
        return cls(rule=refusal.rule, text=one.text(refusal.rule), session_ids=list(refusal.class_ids))


class RankedInstructorOut(Schema):
    instructor_id: UUID
    name: str
    score: float = Field(description="The lower the better: the sum of the terms.")
    terms: Mapping[str, float] = Field(description="By soft rule, weighed.")


class RefusedInstructorOut(RankedInstructorOut):
    refused_by: list[RefusalOut]


class RankedCandidatesOut(Schema):
    session_id: UUID
    rules_version: int = Field(description="Of the published rules; 0: none are published.")
    instructor_id: UUID | None = Field(description="Who has the class.")
    candidates: list[RankedInstructorOut] = Field(description="The best first.")
    refused: list[RefusedInstructorOut] = Field(description="Everybody else, the least refused first.")

    @classmethod
    def of(cls, found: ClassCandidates) -> Self:
        return cls(
            session_id=found.class_id,
            rules_version=found.rules_version,
            instructor_id=found.instructor_id,
            candidates=[
                RankedInstructorOut(instructor_id=one.id, name=one.name, score=one.score, terms=one.terms)
                for one in found.candidates
            ],
            refused=[
                RefusedInstructorOut(
                    instructor_id=one.id,
                    name=one.name,
                    score=one.score,
                    terms=one.terms,
                    refused_by=[RefusalOut.of(one, refusal) for refusal in one.refused_by],
                )
                for one in found.refused
            ],
        )


class CoverChangeOut(Schema):
    session_id: UUID
    title: str
    starts_at: AwareDatetime
    before_instructor_id: UUID
    after_instructor_id: UUID | None = Field(description="Null: nobody can take it.")


class CoverOut(Schema):
    """Who takes over the classes of an instructor, with as few other changes as possible."""

    changes: list[CoverChangeOut] = Field(
        description="The instructor's classes first, then classes of others that move for them."
    )
    fingerprint: str = Field(description="Names these changes; send it along to apply them.")
    rules_version: int

    @classmethod
    def of(cls, found: Cover) -> Self:
        return cls(
            changes=[
                CoverChangeOut(
                    session_id=one.session_id,
                    title=one.title,
                    starts_at=one.starts_at,
                    before_instructor_id=one.before_id,
                    after_instructor_id=one.after_id,
                )
                for one in found.changes
            ],
            fingerprint=found.fingerprint,
            rules_version=found.rules_version,
        )


class PairingOut(Schema):
    student_id: UUID
    instructor_id: UUID
    family_preference: float
    quality: float | None
    do_not_pair: bool
    updated_by: str
    updated_at: AwareDatetime

    @classmethod
    def of(cls, row: Pairing) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})
