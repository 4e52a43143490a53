"""The terms of plans: what a run plans, and the states it goes through."""

from enum import StrEnum


class PlanScope(StrEnum):
    """Which classes of the window a run may give to somebody."""

    UNASSIGNED = "unassigned"  # classes of series without instructor; all others stay
    TOUCHED = "touched"  # those, and booked classes whose instructor breaks a rule by now, such as by leave
    CHANGED = "changed"  # classes that a change touches: their instructor breaks a rule by now, or the change is theirs
    ALL = "all"  # every class, as close as possible to what stands


class PlanState(StrEnum):
    PLANNING = "planning"
    PROPOSED = "proposed"  # waits for somebody to publish it
    ASKING = "asking"  # is to be published, and waits for the answers of those who are asked first
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    FAILED = "failed"


class AnswerState(StrEnum):
    """What somebody says to a class that a plan gives to an instructor."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNANSWERED = "unanswered"  # in time, where silence counts as declined


REFUSED = frozenset({AnswerState.DECLINED, AnswerState.UNANSWERED})


class ChangeKind(StrEnum):
    """Changes after which a plan is proposed anew."""

    LEAVE = "leave"
    AVAILABILITY = "availability"
    QUALIFICATIONS = "qualifications"  # with certificates and what else courses require
    REQUIREMENTS = "requirements"  # of a course
    INSTRUCTOR_RETIRED = "instructor_retired"
    PAIRING = "pairing"
    ENROLLMENT = "enrollment"
    SERIES = "series"
    CLOSURE = "closure"  # days were closed or opened
    RULES = "rules"


OVER = frozenset({PlanState.PUBLISHED, PlanState.DISCARDED, PlanState.FAILED})
