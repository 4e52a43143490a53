"""The headline of a session on the board: the one thing that matters, chosen by rule from what is known."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.cases.kinds import ExceptionKind, Severity
from domain.errors import TransitionRefused
from domain.sessions.acts import Act, is_possible, permission_for, require_possible
from domain.sessions.headline import Headline, Level, OpenCase, Reason, Situation, headline
from domain.sessions.states import OVER_STATES, SessionState
from tests.domain.session_events import T0, at

pytestmark = pytest.mark.unit

S = SessionState
END = T0 + timedelta(minutes=50)
CASE = UUID(int=1)
COMING = Situation(S.SCHEDULED, T0, END, T0 - timedelta(hours=2))
LIVE = Situation(S.LIVE, T0, END, at(600), instructor_present=True)


def case(kind: ExceptionKind, severity: Severity) -> OpenCase:
    return OpenCase(CASE, kind, severity, "ops", END)


ABSENT = case(ExceptionKind.INSTRUCTOR_ABSENT, Severity.CRITICAL)
LATE = case(ExceptionKind.INSTRUCTOR_LATE, Severity.HIGH)
GAP = case(ExceptionKind.RECORDING_GAP, Severity.NORMAL)


@pytest.mark.parametrize(
    ("situation", "text", "level", "act"),
    [
        (COMING, "Planned", Level.PLAIN, None),
        (replace(COMING, checked_in=True), "Instructor checked in", Level.PLAIN, None),
        (replace(COMING, all_excused=True), "Every student is excused", Level.WATCH, None),
        (replace(COMING, now=T0 - timedelta(minutes=15)), "Instructor not checked in", Level.ACT, Act.NUDGE),
        (
            replace(COMING, now=T0 - timedelta(minutes=15), checked_in=True),
            "Starts within 15 minutes",
            Level.WATCH,
            None,
        ),
        (
            replace(COMING, now=T0 - timedelta(minutes=5), state=S.OPEN, instructor_present=True),
            "Starts within 5 minutes",
            Level.WATCH,
            None,
        ),
        (LIVE, "Running as planned", Level.PLAIN, None),
        (replace(LIVE, now=END - timedelta(minutes=5)), "Ends within 5 minutes", Level.WATCH, Act.EXTEND),
        (replace(LIVE, now=END), "Past its planned end", Level.WATCH, Act.EXTEND),
        (
            replace(LIVE, attention=(Reason.POOR_CONNECTION,), poorly_connected="Noor Haddad"),
            "Poor connection: Noor Haddad",
            Level.ACT,
            Act.OBSERVE,
        ),
        (replace(LIVE, cases=(GAP,)), "Gap in the recording", Level.WATCH, None),
        (replace(LIVE, state=S.REVIEW), "Waits for review", Level.WATCH, None),
    ],
)
def test_headline_names_what_matters(situation: Situation, text: str, level: Level, act: Act | None) -> None:
    chosen = headline(situation)
    assert (chosen.text, chosen.level, chosen.act) == (text, level, act)


def test_what_matters_most_is_said_first() -> None:
    """Each problem in turn is solved; the next one is then the headline."""
    now = T0 - timedelta(minutes=4)
    all_at_once = Situation(S.OPEN, T0, END, now, (Reason.NOT_RECORDED,), (ABSENT, LATE, GAP))
    texts = [
        headline(all_at_once).text,
        headline(replace(all_at_once, cases=(LATE, GAP))).text,
        headline(replace(all_at_once, cases=(LATE, GAP), attention=())).text,
        headline(replace(all_at_once, cases=(GAP,), attention=())).text,
        headline(replace(all_at_once, cases=(GAP,), attention=(), checked_in=True)).text,
        headline(
            replace(all_at_once, cases=(GAP,), attention=(), checked_in=True, now=now - timedelta(hours=1))
        ).text,
    ]
    assert texts == [
        "Instructor absent",
        "Not recorded",
        "Instructor late",
        "Instructor not checked in",
        "Starts within 5 minutes",
        "Gap in the recording",
    ]


def test_headline_of_a_case_leads_to_it_and_proposes_its_first_act() -> None:
    assert headline(replace(LIVE, cases=(ABSENT,))) == Headline(
        "Instructor absent", Level.ACT, Act.SUBSTITUTE, CASE
    )


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("reason", Reason)
def test_proposed_act_is_one_that_the_class_takes(state: SessionState, reason: Reason) -> None:
    for cases in ((), (ABSENT,), (LATE,)):
        act = headline(Situation(state, T0, END, at(600), (reason,), cases)).act
        assert act is None or is_possible(act, state)


@pytest.mark.parametrize("state", S)
def test_every_state_has_a_headline(state: SessionState) -> None:
    assert headline(Situation(state, T0, END, T0 - timedelta(days=1))).text


def test_a_word_that_reasons_and_kinds_of_exceptions_share_means_the_same() -> None:
    """They are values of one filter, which finds either."""
    shared = {reason.value for reason in Reason} & {kind.value for kind in ExceptionKind}
    assert shared == {"poor_connection", "transcript_behind"}


@pytest.mark.parametrize("act", Act)
def test_a_class_that_is_over_refuses_each_act_and_says_what_to_do(act: Act) -> None:
    for state in OVER_STATES:
        with pytest.raises(TransitionRefused) as refused:
            require_possible(act, state, END, END)
        assert refused.value.next_step != TransitionRefused.usual_step
    require_possible(act, S.OPEN, END, at(600))
    assert permission_for(act)
