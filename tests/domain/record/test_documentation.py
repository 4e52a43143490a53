"""Which statements of a documentation a family may read."""

from uuid import UUID

import pytest

from domain.record.documentation import Citation, Section, Statement, for_family

pytestmark = pytest.mark.unit

BY_INSTRUCTOR, BY_NOOR, BY_LEO, BY_GUEST = (UUID(int=n) for n in range(4))
SPEAKERS = {BY_INSTRUCTOR: "ada", BY_NOOR: "noor", BY_LEO: "leo"}


def citing(*utterances: UUID) -> Statement:
    return Statement(Section.COMPREHENSION, "Asked.", tuple(Citation(key, "…") for key in utterances))


def reads(*utterances: UUID, others: set[str]) -> bool:
    return bool(for_family([citing(*utterances)], SPEAKERS, others=others))


def test_a_family_reads_about_its_own_child_and_the_class_but_not_other_children() -> None:
    assert reads(BY_INSTRUCTOR, others={"leo"})
    assert reads(BY_INSTRUCTOR, BY_NOOR, others={"leo"})
    assert not reads(BY_INSTRUCTOR, BY_LEO, others={"leo"})
    assert not reads(BY_NOOR, BY_LEO, others={"leo"})


def test_a_family_with_two_children_reads_about_both() -> None:
    assert reads(BY_NOOR, BY_LEO, others=set())


def test_statements_citing_guests_or_nothing_are_for_all_families() -> None:
    assert reads(BY_GUEST, others={"noor", "leo"})
    assert reads(others={"noor", "leo"})


def test_the_order_of_statements_is_kept() -> None:
    statements = [citing(BY_INSTRUCTOR), citing(BY_LEO), citing(BY_NOOR), citing(BY_INSTRUCTOR)]

    assert for_family(statements, SPEAKERS, others={"leo"}) == (statements[0], statements[2], statements[3])
