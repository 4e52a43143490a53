"""The timeline in the workflow: the planned, running and finished steps, and which entries are not written yet."""

from dataclasses import replace
from datetime import datetime

from domain.sessions.timeline import Outcome, Step, TimelineEntry


class Timeline:
    def __init__(self, revision: int = 0) -> None:
        """`revision`: the highest that an earlier run of the class has written."""
        self._entries: dict[tuple[Step, str], TimelineEntry] = {}
        self._unwritten: set[tuple[Step, str]] = set()
        self._revision = revision

    def plan(self, step: Step, at: datetime | None, occasion: str = "") -> None:
        self._put(TimelineEntry(step, Outcome.PLANNED, occasion, planned_at=at))

    def start(self, step: Step, at: datetime, occasion: str = "") -> TimelineEntry:
        planned = self._entries.get((step, occasion))
        planned_at = planned.planned_at if planned else None
        return self._put(TimelineEntry(step, Outcome.RUNNING, occasion, planned_at or at, started_at=at))

    def finish(self, step: Step, outcome: Outcome, at: datetime, occasion: str = "", note: str = "") -> None:
        entry = self._entries.get((step, occasion)) or TimelineEntry(step, outcome, occasion, planned_at=at)
        started = entry.started_at or (at if outcome in (Outcome.DONE, Outcome.FAILED) else None)
        self._put(replace(entry, outcome=outcome, started_at=started, finished_at=at, note=note))

    def finish_started(self, started: TimelineEntry, outcome: Outcome, at: datetime, note: str = "") -> None:
        """Finish an entry that was started, unless it has been planned anew since."""
        current = self._entries[started.step, started.occasion]
        if current.revision == started.revision or current.outcome == Outcome.CANCELLED:
            self.finish(started.step, outcome, at, started.occasion, note)

    def settle(self, outcome: Outcome, at: datetime, *steps: Step) -> None:
        """Give the planned and running entries of these steps, by default of all steps, their final outcome."""
        for entry in list(self._entries.values()):
            if entry.outcome in (Outcome.PLANNED, Outcome.RUNNING) and (not steps or entry.step in steps):
                self.finish(entry.step, outcome, at, entry.occasion)

    def forget_planned(self, step: Step) -> None:
        """Cancel the entries of a step that were planned and have not begun."""
        for entry in list(self._entries.values()):
            if entry.step == step and entry.outcome == Outcome.PLANNED:
                self._put(replace(entry, outcome=Outcome.CANCELLED))

    def entries(self) -> list[TimelineEntry]:
        order = {step: position for position, step in enumerate(Step)}
        return sorted(
            self._entries.values(), key=lambda e: (order[e.step], e.planned_at is None, e.planned_at)
        )

    def take_unwritten(self) -> tuple[TimelineEntry, ...]:
        """The entries that changed since the last call."""
        taken = tuple(entry for entry in self.entries() if (entry.step, entry.occasion) in self._unwritten)
        self._unwritten.clear()
        return taken

    @property
    def failed(self) -> int:
        return sum(entry.outcome == Outcome.FAILED for entry in self._entries.values())

    def _put(self, entry: TimelineEntry) -> TimelineEntry:
        self._revision += 1
        key = entry.step, entry.occasion
        self._entries[key] = replace(entry, revision=self._revision)
        self._unwritten.add(key)
        return self._entries[key]
