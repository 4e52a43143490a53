"""Changes the session's state and shows it in the Temporal UI."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import TransitionRefused
    from domain.sessions.states import SessionState, Trigger, advance, allowed
    from workflows.failures import application_error
    from workflows.session import search_attributes
    from workflows.session.descriptions import describe, describe_closed
    from workflows.session.facts import SessionFacts
    from workflows.session.timeline import Timeline


class Lifecycle:
    def __init__(self, facts: SessionFacts, timeline: Timeline) -> None:
        self._facts = facts
        self._timeline = timeline

    def check(self, trigger: Trigger) -> SessionState:
        """The state after `trigger`. Raises ApplicationError where the state does not allow it, an update's answer."""
        try:
            return advance(self._facts.state, trigger)
        except TransitionRefused as error:
            raise application_error(error) from error

    def check_command(self, trigger: Trigger) -> None:
        """Refuse a command in the state that the commands before it lead to. Raises ApplicationError, its answer."""
        try:
            advance(self._facts.next_state, trigger)
        except TransitionRefused as error:
            raise application_error(error) from error

    def allows_command(self, trigger: Trigger) -> bool:
        return allowed(self._facts.next_state, trigger)

    def advance(self, trigger: Trigger) -> None:
        self._facts.state = self.check(trigger)
        self._facts.state_changes += 1
        if self._facts.state == SessionState.ENDING:
            self._facts.ended_at = workflow.now()
        workflow.upsert_search_attributes([search_attributes.STATE.value_set(self._facts.state)])
        self.describe()

    def describe_closed(self, outcome: str, complete: float, cases: int) -> None:
        """Replace the description by what became of the class. `complete` is a share, 0 to 1."""
        workflow.set_current_details(describe_closed(self._facts, outcome, complete, cases))

    def describe(self) -> None:
        """Update the description of the session in the Temporal UI."""
        if self._facts.booking:
            workflow.set_current_details(describe(self._facts, failed_steps=self._timeline.failed))
