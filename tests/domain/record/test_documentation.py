"""What a family may read of the documentation."""

from uuid import UUID

import pytest

from domain.record.documentation import Citation, Section, Statement, for_family

pytestmark = pytest.mark.unit

BY_INSTRUCTOR, BY_NOOR, BY_LEO, BY_NOBODY_KNOWN = (UUID(int=n) for n in range(4))
SPEAKERS = {BY_INSTRUCTOR: "ada", BY_NOOR: "noor", BY_LEO: "leo"}


def citing(*utterances: UUID) -> Statement:
    return Statement(Section.COMPREHENSION, "Asked.", tuple(Citation(key, "…") for key in utterances))


def reads(*utterances: UUID, others: set[str]) -> bool:
    return bool(for_family([citing(*utterances)], SPEAKERS, others=others))


def test_a_family_reads_of_its_own_child_and_of_the_class_and_not_of_other_children() -> None:
    assert reads(BY_INSTRUCTOR, others={"leo"})
    assert reads(BY_INSTRUCTOR, BY_NOOR, others={"leo"})
    assert not reads(BY_INSTRUCTOR, BY_LEO, others={"leo"})
    assert not reads(BY_NOOR, BY_LEO, others={"leo"})


def test_a_family_of_both_reads_of_both() -> None:
    assert reads(BY_NOOR, BY_LEO, others=set())


def test_what_a_guest_said_and_what_a_person_wrote_is_for_all() -> None:
    assert reads(BY_NOBODY_KNOWN, others={"noor", "leo"})
    assert reads(others={"noor", "leo"})


def test_the_order_stays() -> None:
    told = [citing(BY_INSTRUCTOR), citing(BY_LEO), citing(BY_NOOR), citing(BY_INSTRUCTOR)]

    assert for_family(told, SPEAKERS, others={"leo"}) == (told[0], told[2], told[3])
