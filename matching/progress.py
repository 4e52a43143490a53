"""What a plan run says while it runs, and how it is stopped."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from matching.calendars import NOBODY, Calendars


class Phase(StrEnum):
    GREEDY = "greedy"
    REMATCHING = "rematching"
    PRICING = "pricing"  # the relaxed problem, from which the bound comes
    ROUNDING = "rounding"  # whole numbers for what the relaxed solution leaves open
    IMPROVING = "improving"


@dataclass(frozen=True)
class Progress:
    phase: Phase
    objective: float  # of the best plan
    bound: float  # no plan is better
    unassigned: int
    seconds: float
    assignment: Mapping[UUID, UUID | None]  # the best plan

    @property
    def gap(self) -> float:
        return gap_of(self.objective, self.bound)


def gap_of(objective: float, bound: float) -> float:
    """How much better another plan could be at most, as a share of this one."""
    return max(0.0, objective - bound) / max(1e-9, abs(objective))


class Run:
    """The best plan so far, the bound, and whether the run has to stop."""

    def __init__(
        self,
        calendars: Calendars,
        seconds: float,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._started = time.monotonic()
        self._seconds = seconds
        self._on_progress = on_progress
        self._cancelled = cancelled
        self.phase = Phase.GREEDY
        self.objectives: dict[Phase, float] = {}  # of the best plan after each phase
        self.best = calendars.copy()
        self.objective = calendars.objective()
        self.bound = 0.0 if self.objective >= 0 else float("-inf")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    @property
    def seconds_left(self) -> float:
        return self._seconds - self.seconds

    @property
    def gap(self) -> float:
        return gap_of(self.objective, self.bound)

    def stopped(self) -> bool:
        return self._cancelled() or self.seconds_left <= 0

    def offer(self, calendars: Calendars) -> bool:
        """Keep the plan if it is better than the best one."""
        objective = calendars.objective()
        better = objective < self.objective - 1e-9
        if better:
            self.best, self.objective = calendars.copy(), objective
        self.say()
        return better

    def prove(self, bound: float) -> None:
        self.bound = max(self.bound, bound)
        self.say()

    def say(self) -> None:
        self.objectives[self.phase] = self.objective
        unassigned = len(self.best.unassigned())
        self._on_progress(
            Progress(
                self.phase, self.objective, self.bound, unassigned, self.seconds, assignment_of(self.best)
            )
        )


def assignment_of(calendars: Calendars) -> dict[UUID, UUID | None]:
    encoded = calendars.prepared.encoded
    return {
        encoded.class_ids[one]: None if who == NOBODY else encoded.instructor_ids[who]
        for one, who in enumerate(calendars.holder)
    }
