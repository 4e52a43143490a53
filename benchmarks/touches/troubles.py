"""What goes wrong in the simulated week, how often, and how often a person has to act about it.

The rates are assumptions, the same at every size. Occurrences are spread evenly from a random first one, so that sizes
differ by what Homeroom makes of them and not by luck.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from domain.cases.kinds import ExceptionKind

K = ExceptionKind


@dataclass(frozen=True)
class Trouble:
    kind: ExceptionKind
    rate: float  # of the sessions
    by_itself: float  # share that goes away, or that Homeroom repairs, without a person


TROUBLES = (
    Trouble(K.INSTRUCTOR_NOT_CHECKED_IN, 0.05, 0.85),  # most come; the others are nudged
    Trouble(K.INSTRUCTOR_ABSENT, 0.02, 0.0),  # what comes of it, the substitution decides
    Trouble(K.STUDENT_ABSENT, 0.04, 1.0),  # the family is told, and the class goes on
    Trouble(K.ATTENDANCE_DISPUTED, 0.01, 0.0),
    Trouble(K.NOTICE_UNDELIVERABLE, 0.01, 0.0),
    Trouble(K.RECORDING_GAP, 0.01, 0.5),
    Trouble(K.TRANSCRIPT_INCOMPLETE, 0.01, 0.5),
    Trouble(K.DOCUMENTATION_OVERDUE, 0.03, 0.7),
)
AFTER_CLASS = (K.ATTENDANCE_DISPUTED, K.TRANSCRIPT_INCOMPLETE, K.DOCUMENTATION_OVERDUE)
OUTAGES = (K.ROOM_LOST, K.RECORDING_AT_RISK)  # one of each in a week, at all sessions that run in its hour
ACCEPTS = 0.35  # the chance that an instructor who is asked takes over a class
MOST_ASKED = 8


def positions(count: int, rate: float, chance: random.Random) -> Iterator[int]:
    """The places among `count` things of a share of them, evenly spread."""
    at = chance.random()
    while rate > 0 and at / rate < count:
        yield int(at / rate)
        at += 1
