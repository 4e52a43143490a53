"""Properties of the extractive engine on arbitrary and on planted transcripts."""

import asyncio
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.drafting.planted import STARTS_AT, PlantedClass, classes, utterance
from benchmarks.drafting.scoring import NOTHING, false, missed, score
from domain.people.roles import Role
from domain.record.documentation import ClassRecord, Draft, Section
from drafting.extractive import ExtractiveEngine
from drafting.verification import is_supported

pytestmark = pytest.mark.unit

CLASSES = classes()
ROLES = {"T": Role.INSTRUCTOR, "A": Role.STUDENT, "O": Role.OBSERVER}
PHRASES = [sentence for known in CLASSES for u in known.record.utterances for sentence in u.text.split(". ")]
texts = st.one_of(st.text(), st.lists(st.sampled_from(PHRASES), max_size=6).map(" ".join))
spoken = st.lists(st.tuples(st.sampled_from("TAOX"), texts), max_size=30)


def class_record(said: list[tuple[str, str]], topics: tuple[str, ...] = ()) -> ClassRecord:
    utterances, at = [], STARTS_AT
    for speaker, text in said:
        utterances.append(utterance(speaker, text, at))
        at = utterances[-1].ends_at
    return ClassRecord("A course", topics, tuple(utterances), ROLES)


def draft(record: ClassRecord) -> Draft:
    return asyncio.run(ExtractiveEngine().draft(record))


@given(spoken, st.lists(st.text(), max_size=3))
def test_every_quote_occurs_in_the_utterance_it_cites(said: list[tuple[str, str]], topics: list[str]) -> None:
    record = class_record(said, tuple(topics))
    by_id = {u.id: u for u in record.utterances}

    for statement in draft(record).statements:
        assert statement.citations
        assert all(citation.quote in by_id[citation.utterance_id].text for citation in statement.citations)
        assert is_supported(statement, record.utterances)
        if statement.section != Section.COMPREHENSION:
            assert {by_id[c.utterance_id].identity for c in statement.citations} == {"T"}


@given(spoken)
def test_drafts_are_deterministic(said: list[tuple[str, str]]) -> None:
    assert draft(class_record(said)) == draft(class_record(said))


@pytest.mark.parametrize("said", ["", " ", "Yes", "?", "…", "\n", "🙂", "﷽", "a" * 100_000, "why? " * 2_000])
def test_unusual_utterances_are_accepted(said: str) -> None:
    draft(class_record([("T", said), ("A", said), ("T", said)]))


@pytest.mark.parametrize(
    "stuck", ["please do ", "today ", "look ", "what is ", "one hundred ", "page one to "]
)
def test_endless_repetition_does_not_block_the_worker(stuck: str) -> None:
    """A rule that scanned the whole text at once would take minutes."""
    draft(class_record([("T", stuck * 10_000)]))


def test_an_empty_transcript_gives_an_empty_draft() -> None:
    assert draft(class_record([])).statements == ()


def test_ten_thousand_utterances_need_little_memory() -> None:
    said = [(u.identity, u.text) for known in CLASSES for u in known.record.utterances if u.identity in ROLES]
    record = class_record((said * (10_000 // len(said) + 1))[:10_000])
    tracemalloc.start()

    drafted = draft(record)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drafted.statements
    assert peak < 100e6


@pytest.mark.parametrize("known", CLASSES, ids=lambda known: known.name)
def test_all_planted_homework_and_next_steps_are_found_and_none_invented(known: PlantedClass) -> None:
    """Families act on these two sections."""
    statements = draft(known.record).statements
    acted_on = (Section.HOMEWORK, Section.NEXT_STEPS)

    assert known.held_out or not [f for f in missed(known, statements) if f.section in acted_on]
    assert not false(known, [s for s in statements if s.section in acted_on])


@pytest.mark.parametrize("held_out", [False, True])
def test_most_planted_facts_are_found_with_few_false_statements(held_out: bool) -> None:
    scores = [score(k, draft(k.record).statements) for k in CLASSES if k.held_out == held_out]
    total = sum(scores, NOTHING)

    assert total.recall >= 0.8
    assert total.precision >= 0.8
