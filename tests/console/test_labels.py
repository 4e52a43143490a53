"""Labels of codes on the pages."""

import pytest

from console.frame.labels import (
    CASE_KINDS,
    NOTICE_KINDS,
    STEPS,
    case_label,
    notice_label,
    occasion_label,
    timeline_note,
    value_label,
)
from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import KINDS
from domain.sessions.timeline import Outcome, Step

pytestmark = pytest.mark.unit

MEI = "0190d2f0-5c1a-7b3e-8f00-6a1b2c3d4e5f"


def test_every_kind_of_case_and_notice_and_every_step_has_a_label() -> None:
    assert CASE_KINDS.keys() == set(ExceptionKind)
    assert NOTICE_KINDS.keys() == set(KINDS)
    assert STEPS.keys() == set(Step)


def test_an_unknown_code_is_shown_as_words() -> None:
    assert case_label("room_too_loud") == "Room too loud"
    assert notice_label("term_report") == "Term report"


@pytest.mark.parametrize(
    ("kind", "occasion", "label"),
    [
        (ExceptionKind.STEP_FAILED, "capture", "Recording"),
        (ExceptionKind.STEP_FAILED, "reminder 24h", "Reminder (24h before)"),
        (ExceptionKind.STEP_FAILED, "notice review_request", "Review request"),
        (ExceptionKind.SUBSTITUTION_REQUESTED, MEI, "Mei Tanaka"),
        (ExceptionKind.SUBSTITUTION_REQUESTED, "best_fit", "Best match"),
        (ExceptionKind.NOTICE_UNDELIVERABLE, MEI, ""),
        (ExceptionKind.NOTICE_UNDELIVERABLE, "sign_in 2026-03-02", "Sign-in link"),
        (ExceptionKind.RECORDING_GAP, "2026-03-02T15:00:00+00:00", "2 Mar 2026, 15:00 UTC"),
        (ExceptionKind.INSTRUCTOR_ABSENT, "", ""),
        (ExceptionKind.POOR_CONNECTION, MEI, "Mei Tanaka"),
        (ExceptionKind.SPEAKER_MISSING, MEI, "Mei Tanaka"),
        (ExceptionKind.CLASS_OVERRAN, MEI, ""),
    ],
)
def test_the_occasion_of_a_case_is_shown_without_codes_and_ids(
    kind: ExceptionKind, occasion: str, label: str
) -> None:
    assert occasion_label(kind, occasion, {MEI: "Mei Tanaka"}) == label


@pytest.mark.parametrize(
    ("step", "outcome", "note", "shown"),
    [
        (Step.CREDENTIALS, Outcome.DONE, "4 may come in", "4 participants can join"),
        (Step.CREDENTIALS, Outcome.DONE, "credentials given to 1 people", "1 participant can join"),
        (Step.DOCUMENTATION, Outcome.DONE, "1 statements", "1 statement"),
        (Step.DOCUMENTATION, Outcome.DONE, "21 statements", "21 statements"),
        (Step.END, Outcome.DONE, "empty", "room was empty"),
        (Step.CAPTURE, Outcome.CANCELLED, "cancelled", "cancelled"),
        (Step.SUMMARY, Outcome.FAILED, "mailbox-busy", "mailbox busy"),
    ],
)
def test_the_note_of_a_step_reads_as_english(step: Step, outcome: Outcome, note: str, shown: str) -> None:
    assert timeline_note(step, outcome, note) == shown


def test_codes_in_the_change_log_have_labels_and_other_texts_stay() -> None:
    assert value_label("exception", "kind", "student_absent") == "Student absent"
    assert value_label("notice", "kind", "review_request") == "Review request"
    assert value_label("session", "outcome", "not_held") == "not held"
    assert value_label("session", "starts_at", "2030-03-05T17:00:00+00:00") == "5 Mar 2030, 17:00 UTC"
    assert value_label("series", "first_start", "2030-03-05T17:00:00") == "5 Mar 2030, 17:00"
    assert value_label("student", "external_id", "crm-4_711") == "crm-4_711"
