"""The headline of a session on the board: the one thing about it that matters now, and what to do about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.cases.catalogue import case_kind
from domain.cases.kinds import Action, Severity
from domain.sessions.acts import Act, is_possible
from domain.sessions.states import SessionState

SOON = timedelta(minutes=15)  # before the planned start: an instructor who has not checked in matters
VERY_SOON = timedelta(minutes=5)  # before the planned start and the planned end

S = SessionState
URGENT = frozenset({Severity.HIGH, Severity.CRITICAL})


class Reason(StrEnum):
    """Why a session needs attention."""

    NOT_RECORDED = "not_recorded"
    INSTRUCTOR_MISSING = "instructor_missing"
    ROOM_NOT_OPEN = "room_not_open"
    EXCEPTION = "exception"  # an open one of high or critical severity
    POOR_CONNECTION = "poor_connection"
    TRANSCRIPT_BEHIND = "transcript_behind"


class Level(StrEnum):
    """How much a headline asks of its reader."""

    ACT = "act"  # somebody has to do something now
    WATCH = "watch"  # it may need somebody soon
    PLAIN = "plain"  # all goes as planned


@dataclass(frozen=True)
class OpenCase:
    id: UUID
    kind: str
    severity: Severity
    owner: str
    due_at: datetime


@dataclass(frozen=True)
class Headline:
    text: str  # without a full stop
    level: Level
    act: Act | None = None  # the most useful one; None: there is none from the board
    case_id: UUID | None = None  # of the exception that it speaks of


@dataclass(frozen=True)
class Situation:
    """What a headline is chosen from."""

    state: SessionState
    starts_at: datetime
    ends_at: datetime
    now: datetime
    attention: tuple[Reason, ...] = ()
    cases: tuple[OpenCase, ...] = ()  # open ones, the most severe first
    instructor_present: bool = False
    checked_in: bool = False  # the instructor confirmed to be there
    poorly_connected: str = ""  # the name of the person with the worst connection
    all_excused: bool = False  # the families of all students said that they cannot come

    def starts_within(self, time: timedelta) -> bool:
        return self.state in (S.SCHEDULED, S.OPEN) and self.starts_at - time <= self.now < self.starts_at

    @property
    def ends_within(self) -> timedelta | None:
        """The time until the planned end of a running class, negative after it. None: it does not run."""
        return self.ends_at - self.now if self.state == S.LIVE else None


def headline(situation: Situation) -> Headline:
    """The first of the rules that holds; the last one always does."""
    found = (rule(situation) for rule in _RULES)
    return next((one for one in found if one is not None), _as_planned(situation))


def _first_possible(situation: Situation, acts: Iterable[Act]) -> Act | None:
    return next((act for act in acts if is_possible(act, situation.state)), None)


def _of_case(situation: Situation, case: OpenCase, level: Level) -> Headline:
    """What the case is called, with the first of its actions that the class takes from the board."""
    kind = case_kind(case.kind)
    acts = [_ACTS_OF_CASES[action] for action in kind.actions if action in _ACTS_OF_CASES]
    return Headline(kind.title, level, _first_possible(situation, acts), case.id)


def _case(*severities: Severity, level: Level) -> Callable[[Situation], Headline | None]:
    def rule(situation: Situation) -> Headline | None:
        case = next((one for one in situation.cases if one.severity in severities), None)
        return _of_case(situation, case, level) if case else None

    return rule


def _reason(reason: Reason, text: str, *acts: Act) -> Callable[[Situation], Headline | None]:
    """`acts` by how much they help; the first is proposed that the class takes."""

    def rule(situation: Situation) -> Headline | None:
        if reason not in situation.attention:
            return None
        return Headline(text, Level.ACT, _first_possible(situation, acts))

    return rule


def _not_checked_in(situation: Situation) -> Headline | None:
    ready = situation.instructor_present or situation.checked_in
    if ready or not situation.starts_within(SOON):
        return None
    return Headline("Instructor not checked in", Level.ACT, Act.NUDGE)


def _poor_connection(situation: Situation) -> Headline | None:
    if Reason.POOR_CONNECTION not in situation.attention:
        return None
    act = _first_possible(situation, [Act.OBSERVE])
    return Headline(f"Poor connection: {situation.poorly_connected}", Level.ACT, act)


def _at_its_end(situation: Situation) -> Headline | None:
    left = situation.ends_within
    if left is None or left > VERY_SOON:
        return None
    text = "Ends within 5 minutes" if left > timedelta(0) else "Past its planned end"
    return Headline(text, Level.WATCH, Act.EXTEND)


def _starts_soon(situation: Situation) -> Headline | None:
    if not situation.starts_within(SOON):
        return None
    minutes = 5 if situation.starts_within(VERY_SOON) else 15
    return Headline(f"Starts within {minutes} minutes", Level.WATCH)


def _all_excused(situation: Situation) -> Headline | None:
    comes = not situation.all_excused or situation.state not in (S.SCHEDULED, S.OPEN)
    return None if comes else Headline("Every student is excused", Level.WATCH)


def _as_planned(situation: Situation) -> Headline:
    if situation.state == S.SCHEDULED and situation.checked_in:
        return Headline("Instructor checked in", Level.PLAIN)
    level = Level.WATCH if situation.state == S.REVIEW else Level.PLAIN
    return Headline(_STATES[situation.state], level)


_ACTS_OF_CASES: Mapping[Action, Act] = {
    Action.FIND_SUBSTITUTE: Act.SUBSTITUTE,
    Action.JOIN_AS_OBSERVER: Act.OBSERVE,
    Action.EXTEND: Act.EXTEND,
}
_STATES: Mapping[SessionState, str] = {
    S.SCHEDULED: "Planned",
    S.OPEN: "Room open",
    S.LIVE: "Running as planned",
    S.ENDING: "Ending",
    S.DOCUMENTING: "Being documented",
    S.REVIEW: "Waits for review",
    S.FILING: "Being filed",
    S.CLOSED: "Closed",
    S.CANCELLED: "Cancelled",
}
# In the order in which they matter.
_RULES: tuple[Callable[[Situation], Headline | None], ...] = (
    _case(Severity.CRITICAL, level=Level.ACT),
    _reason(Reason.NOT_RECORDED, "Not recorded", Act.OBSERVE),
    _reason(Reason.INSTRUCTOR_MISSING, "No instructor in the room", Act.NUDGE, Act.SUBSTITUTE),
    _reason(Reason.ROOM_NOT_OPEN, "Room not open"),
    _case(Severity.HIGH, level=Level.ACT),
    _not_checked_in,
    _poor_connection,
    _reason(Reason.TRANSCRIPT_BEHIND, "Transcript behind"),
    _at_its_end,
    _all_excused,
    _starts_soon,
    _case(Severity.NORMAL, Severity.LOW, level=Level.WATCH),
)
