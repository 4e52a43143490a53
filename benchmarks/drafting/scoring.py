"""Scores a draft: which planted facts it contains, and which statements no planted fact supports."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from benchmarks.drafting.planted import Fact, PlantedClass, Span
from domain.record.documentation import Citation, Section, Statement
from drafting.numbers import normalised_tokens

_ENOUGH = 0.6  # share of the words of a span or a quote


@dataclass(frozen=True)
class Score:
    planted: int
    found: int
    statements: int
    false: int

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return 1 - self.false / self.statements if self.statements else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.planted + other.planted,
            self.found + other.found,
            self.statements + other.statements,
            self.false + other.false,
        )


NOTHING = Score(0, 0, 0, 0)


def score(planted: PlantedClass, statements: Sequence[Statement]) -> Score:
    return Score(
        len(planted.required),
        len(planted.required) - len(missed(planted, statements)),
        len(statements),
        len(false(planted, statements)),
    )


def missed(planted: PlantedClass, statements: Sequence[Statement]) -> list[Fact]:
    return [fact for fact in planted.required if not _is_stated(fact, statements)]


def false(planted: PlantedClass, statements: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in statements if not _is_supported(statement, planted.facts)]


def score_unsorted(planted: PlantedClass, sentences: Sequence[Citation]) -> Score:
    """The score of a summariser without sections and outcomes, which it is given for free."""
    chosen = [
        Statement(fact.section, citation.quote, (citation,), outcome=fact.outcome)
        for citation in sentences
        for fact in planted.facts
        if any(_share(span.text, citation.quote) >= _ENOUGH for span in _at(fact, citation.utterance_id))
    ]
    hits = {statement.citations for statement in chosen}
    return Score(
        len(planted.required),
        len(planted.required) - len(missed(planted, chosen)),
        len(sentences),
        sum((citation,) not in hits for citation in sentences),
    )


def _is_stated(fact: Fact, statements: Sequence[Statement]) -> bool:
    quotes = [
        citation
        for statement in statements
        if statement.section == fact.section and statement.outcome == fact.outcome
        for citation in statement.citations
    ]
    return all(_quoted(span, quotes) for span in fact.spans)


def _quoted(span: Span, quotes: Sequence[Citation]) -> bool:
    own = " ".join(citation.quote for citation in quotes if citation.utterance_id == span.utterance.id)
    return _share(span.text, own) >= _ENOUGH


def _is_supported(statement: Statement, facts: Sequence[Fact]) -> bool:
    """Whether planted facts of its section support every quote; of a check, the question, with the same outcome."""
    same = [f for f in facts if f.section == statement.section and f.outcome == statement.outcome]
    quotes = statement.citations[:1] if statement.section == Section.COMPREHENSION else statement.citations
    return bool(quotes) and all(
        _share(quote.quote, " ".join(span.text for fact in same for span in _at(fact, quote.utterance_id)))
        >= _ENOUGH
        for quote in quotes
    )


def _at(fact: Fact, utterance_id: UUID) -> list[Span]:
    return [span for span in fact.spans if span.utterance.id == utterance_id]


def _share(part: str, whole: str) -> float:
    """The share of the words of `part` that are in `whole`."""
    words, existing = Counter(normalised_tokens(part)), Counter(normalised_tokens(whole))
    return (words & existing).total() / words.total() if words else 0.0
