"""The diff between two revisions of a documentation."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.record.documentation import CheckOutcome, Citation, Section, Statement
from domain.record.revisions import Edit, diff_statements, diff_words

pytestmark = pytest.mark.unit

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def stated(text: str, *cited: UUID, section: Section = Section.TOPICS) -> Statement:
    return Statement(section, text, tuple(Citation(one, "said") for one in cited))


FIRST = stated("Adding fractions with different denominators.", A)
SECOND = stated("Finding a common denominator.", B)
THIRD = stated("Page twelve until Thursday.", C, section=Section.HOMEWORK)
DRAFT = (FIRST, SECOND, THIRD)

texts = st.text(alphabet="ab \n", max_size=30)
statements = st.builds(
    stated, st.sampled_from(["one two", "two three", "one two three", "other"]), st.sampled_from([A, B, C])
)
drafts = st.lists(statements, max_size=6).map(tuple)


def edits(before: tuple[Statement, ...], after: tuple[Statement, ...]) -> list[Edit]:
    return [change.edit for change in diff_statements(before, after)]


def test_equal_drafts_have_no_changes() -> None:
    assert edits(DRAFT, DRAFT) == [Edit.KEPT] * 3


def test_a_changed_word_is_shown_within_its_statement() -> None:
    (changed, *others) = diff_statements(
        DRAFT, (replace(FIRST, text="Adding fractions with unlike denominators."), *DRAFT[1:])
    )
    assert changed.edit == Edit.CHANGED
    assert [(p.edit, p.text) for p in changed.pieces] == [
        (Edit.KEPT, "Adding fractions with "),
        (Edit.REMOVED, "different"),
        (Edit.ADDED, "unlike"),
        (Edit.KEPT, " denominators."),
    ]
    assert [one.edit for one in others] == [Edit.KEPT] * 2


def test_added_and_removed_statements_appear_in_position() -> None:
    new = stated("They brought their own rulers.", B)
    assert edits(DRAFT, (FIRST, new, THIRD)) == [Edit.KEPT, Edit.ADDED, Edit.REMOVED, Edit.KEPT]


def test_a_removed_statement_appears_at_its_old_position() -> None:
    assert edits(DRAFT, (FIRST, THIRD)) == [Edit.KEPT, Edit.REMOVED, Edit.KEPT]
    assert edits(DRAFT, ()) == [Edit.REMOVED] * 3


def test_only_moved_statements_are_marked_moved() -> None:
    assert edits(DRAFT, (THIRD, FIRST, SECOND)) == [Edit.MOVED, Edit.KEPT, Edit.KEPT]


def test_changed_section_citations_and_check_are_noted() -> None:
    check = Statement(Section.COMPREHENSION, "Knew it.", (), "What?", "That.", CheckOutcome.CORRECT)
    other = replace(
        check,
        section=Section.TOPICS,
        citations=(Citation(A, "x"),),
        question=None,
        outcome=CheckOutcome.PARTLY,
    )
    (changed,) = diff_statements((check,), (other,))
    assert changed.notes == (
        "put in another section",
        "rests on other words",
        "question or answer changed",
        "correct became partly",
    )


@given(texts, texts)
def test_both_texts_can_be_restored_from_a_word_diff(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(p.text for p in pieces if p.edit != Edit.ADDED) == before
    assert "".join(p.text for p in pieces if p.edit != Edit.REMOVED) == after


@given(drafts, drafts)
def test_every_statement_appears_once_in_a_diff(
    before: tuple[Statement, ...], after: tuple[Statement, ...]
) -> None:
    changes = diff_statements(before, after)
    removed = sum(change.edit == Edit.REMOVED for change in changes)
    added = sum(change.edit == Edit.ADDED for change in changes)
    assert len(changes) - removed == len(after)
    assert len(changes) - added == len(before)


@given(drafts)
def test_diffing_a_draft_with_itself_gives_no_changes(draft: tuple[Statement, ...]) -> None:
    assert set(edits(draft, draft)) <= {Edit.KEPT}
