"""An organization's rules for plans: who is asked before a plan is published, until when, and what silence means."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Silence(StrEnum):
    """What it counts as when somebody doesn't answer in time."""

    ACCEPTS = "accepts"
    DECLINES = "declines"


class PlanningPolicy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    ask_instructors: bool = Field(
        False, description="Whether instructors are asked for the classes that a plan gives them."
    )
    ask_families: bool = Field(
        False, description="Whether families are asked for classes that get another instructor."
    )
    answer_within: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=6))] = Field(
        timedelta(hours=48), description="How long after the question an answer counts."
    )
    silence: Silence = Field(
        Silence.ACCEPTS, description="What it counts as when somebody doesn't answer in time."
    )

    @property
    def asks(self) -> bool:
        return self.ask_instructors or self.ask_families
