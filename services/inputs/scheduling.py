"""Inputs of the rules of who teaches which class, and of what is known of students with instructors."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.scheduling.scheduling_rules import SchedulingRules
from services.inputs import patterns
from services.inputs.fields import Schema
from services.inputs.substitutions import AbsenceIn

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=patterns.TEXT)]


class SchedulingRulesIn(Schema):
    rules: SchedulingRules
    note: Note = Field("", description="Why the rules are so, for those who read the versions.")


class WhatIfRules(Schema):
    rules: SchedulingRules | None = Field(
        None, description="Left out: those of the draft, or else the published ones."
    )


class CoverIn(AbsenceIn):
    fingerprint: str = Field(
        min_length=32,
        max_length=32,
        pattern=patterns.FINGERPRINT,
        description="Of the changes, as they were read.",
    )


class PairingIn(Schema):
    """What is known of a student with an instructor."""

    family_preference: float = Field(
        0.0, ge=-1, le=1, allow_inf_nan=False, description="From -1, rather not, to 1, wanted."
    )
    quality: float | None = Field(
        None, ge=0, le=1, allow_inf_nan=False, description="From 0, bad, to 1, good; `null`: not known."
    )
    do_not_pair: bool = Field(False, description="The instructor must not teach the student.")
