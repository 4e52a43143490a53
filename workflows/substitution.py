"""The workflow that finds another instructor for a class.

    look: make the offers that are due -> wait for an answer, or until the next look -> look ...

The database decides who takes over (services/substitutions.py). An answer is signalled, so that the next look comes at
once; a lost signal delays it until the offers end.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.scheduling.offers import SubstitutionState
    from workflows import options
    from workflows.contracts.substitutions import SubstitutionRef, Substitutions
    from workflows.local_first import execute_local_first

_SHORTEST_PAUSE = timedelta(seconds=1)
_LOOKS_PER_RUN = 200  # then it continues as new


@dataclass(frozen=True)
class SubstitutionResult:
    state: SubstitutionState


@workflow.defn(name="Substitution")
class Substitution:
    @workflow.init
    def __init__(self, ref: SubstitutionRef) -> None:
        self._answered = False

    @workflow.run
    async def run(self, ref: SubstitutionRef) -> SubstitutionResult:
        for _ in range(_LOOKS_PER_RUN):
            self._answered = False
            search = await execute_local_first(
                Substitutions.advance,
                ref,
                summary="make the offers that are due",
                fallback=options.DURABLE_RECORD,
            )
            if search.look_again_at is None:
                return SubstitutionResult(search.state)
            pause = max(search.look_again_at - workflow.now(), _SHORTEST_PAUSE)
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._answered, timeout=pause, timeout_summary="until the offers end"
                )
        return workflow.continue_as_new(ref)

    @workflow.signal
    def answered(self) -> None:
        """Somebody has answered an offer, or the search was changed."""
        self._answered = True
