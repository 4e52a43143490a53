"""What staff can do about a session from its row on the board, and in which states a session takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import TransitionRefused
from domain.people.access import Permission
from domain.sessions.states import ROOM_STATES, SessionState

S = SessionState


class Act(StrEnum):
    NUDGE = "nudge"  # ask the instructor by mail to come
    SUBSTITUTE = "substitute"  # find another instructor
    OBSERVE = "observe"  # join the room as an observer
    EXTEND = "extend"
    MESSAGE = "message"  # to everybody in the room


@dataclass(frozen=True)
class _Rule:
    needs: Permission
    states: frozenset[SessionState]
    refusal: str  # of a session in another state
    next_step: str


_RULES: Mapping[Act, _Rule] = {
    Act.NUDGE: _Rule(
        Permission.SESSIONS_RUN,
        frozenset({S.SCHEDULED, S.OPEN}),
        "this class does not wait for its instructor",
        "Join it as an observer, message its room, or find a substitute.",
    ),
    Act.SUBSTITUTE: _Rule(
        Permission.SESSIONS_WRITE,
        frozenset({S.SCHEDULED, S.OPEN, S.LIVE}),
        "this class needs no instructor any more",
        "Book another class if it has to be held again.",
    ),
    Act.OBSERVE: _Rule(
        Permission.SESSIONS_RUN,
        ROOM_STATES,
        "the room of this class is not open",
        "Open the class to see its times and its record.",
    ),
    Act.EXTEND: _Rule(
        Permission.SESSIONS_RUN,
        frozenset({S.OPEN, S.LIVE}),
        "this class is not running",
        "Move the class from its page if its time is wrong, or reopen it if it ended by mistake.",
    ),
    Act.MESSAGE: _Rule(
        Permission.SESSIONS_RUN,
        ROOM_STATES,
        "the room of this class is not open, so nobody can read a message there",
        "Open the class and write to its people by mail.",
    ),
}


def is_possible(act: Act, state: SessionState) -> bool:
    """Whether a session in this state takes the act, until its planned end."""
    return state in _RULES[act].states


def permission_for(act: Act) -> Permission:
    return _RULES[act].needs


def require_possible(act: Act, state: SessionState, ends_at: datetime, now: datetime) -> None:
    """Raises TransitionRefused, with what to do instead, where a session in this state does not take the act."""
    rule = _RULES[act]
    over = act == Act.NUDGE and now >= ends_at
    if not is_possible(act, state) or over:
        raise TransitionRefused(rule.refusal, next_step=rule.next_step)
