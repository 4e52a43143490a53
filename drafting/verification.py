"""Verifies that a statement is supported by its citations: quotes are verbatim, numbers and dates match."""

from collections.abc import Sequence

from domain.record.documentation import Statement
from domain.record.transcript import Utterance
from drafting.numbers import labelled_numbers, must_be_cited, normalised_tokens, two_part_years


def is_supported(statement: Statement, utterances: Sequence[Utterance]) -> bool:
    """Whether the citations support the statement.

    True if its text is not empty, each quote occurs in the utterance it cites, and the cited utterances contain every
    number and date of the statement, numbers with the same label ("page 12").
    """

    cited_ids = {citation.utterance_id for citation in statement.citations}
    cited = {utterance.id: utterance.text for utterance in utterances if utterance.id in cited_ids}
    quoted = all(contains_quote(cited.get(c.utterance_id, ""), c.quote) for c in statement.citations)
    claim_texts = [text for text in (statement.text, statement.question, statement.answer) if text]
    return (
        bool(statement.text.strip())
        and bool(cited)
        and quoted
        and _claims_supported(claim_texts, list(cited.values()))
    )


def _claims_supported(claim_texts: Sequence[str], cited_texts: Sequence[str]) -> bool:
    cited_tokens = {
        token
        for text in cited_texts
        for token in (*normalised_tokens(text), *two_part_years(normalised_tokens(text)))
    }
    cited_numbers = {pair for text in cited_texts for pair in labelled_numbers(text)}
    claims = {token for text in claim_texts for token in normalised_tokens(text) if must_be_cited(token)}
    return (
        claims <= cited_tokens
        and {pair for text in claim_texts for pair in labelled_numbers(text)} <= cited_numbers
    )


def contains_quote(text: str, quote: str) -> bool:
    """Whether the words of the quote stand in the text in this order, whatever their case and punctuation."""
    words, part = normalised_tokens(text), normalised_tokens(quote)
    if not part:
        return False
    return any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1))
