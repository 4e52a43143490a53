"""The plan before a class: when its reminders, its briefing and its room are due."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.sessions.schedule import DueStep, plan_before_class
    from domain.sessions.timeline import Outcome, Step
    from workflows.session.facts import SessionFacts
    from workflows.session.timeline import Timeline


class ClassPlan:
    def __init__(self, facts: SessionFacts, timeline: Timeline) -> None:
        self._facts = facts
        self._timeline = timeline

    def make(self) -> None:
        """Put the plan on the timeline; reminders whose time has passed are skipped."""
        self._timeline.forget_planned(Step.REMINDER)
        for due in self._due_steps():
            if due.past:
                self.pass_step(due)
                note = "its time had passed"
                self._timeline.finish(due.step, Outcome.SKIPPED, workflow.now(), due.occasion, note)
            else:
                self._timeline.plan(due.step, due.at, due.occasion)
        self._timeline.plan(Step.LIVE, self._facts.booked.starts_at)
        self._timeline.plan(Step.END, self._facts.booked.ends_at)

    def make_again(self, *, renew_briefing: bool) -> None:
        """Replace the plan after a move."""
        kept = set() if renew_briefing else {Step.BRIEFING}
        self._facts.passed_steps = {past for past in self._facts.passed_steps if past[0] in kept}
        self.make()

    def plan_room_again(self) -> None:
        """Plan what has happened in the room that the class has left, for the room it will have."""
        booking = self._facts.booked
        opens_at = booking.starts_at - booking.policy.room_before
        for step in (Step.CREDENTIALS, Step.CAPTURE):
            self._timeline.plan(step, opens_at)

    def plan_rest_again(self) -> None:
        """Plan the end of a class that was reopened, and what comes after it."""
        self._timeline.plan(Step.END, self._facts.booked.ends_at)
        for step in (Step.CAPTURE, Step.TRANSCRIPT, Step.DOCUMENTATION, Step.REVIEW):
            self._timeline.plan(step, None)

    def next_due(self) -> DueStep:
        """The next step. The opening of the room is always one, so there always is a next step before the class."""
        passed = self._facts.passed_steps
        return next(due for due in self._due_steps() if (due.step, due.occasion) not in passed)

    def pass_step(self, due: DueStep) -> None:
        self._facts.passed_steps.add((due.step, due.occasion))

    def _due_steps(self) -> tuple[DueStep, ...]:
        booking = self._facts.booked
        return plan_before_class(booking.policy, booking.starts_at, workflow.now())
