"""Whether a statement rests on what it cites: the quote is there, and so is every number and date."""

from collections.abc import Sequence

from domain.record.documentation import Statement
from domain.record.transcript import Utterance
from drafting.numbers import counted, is_claim, normalised, years


def holds(statement: Statement, utterances: Sequence[Utterance]) -> bool:
    """True where the statement says something, each of its quotes stands in the utterance it names, and the cited
    utterances have every number and date of the statement, with what it counts off."""
    wanted = {citation.utterance_id for citation in statement.citations}
    cited = {utterance.id: utterance.text for utterance in utterances if utterance.id in wanted}
    quoted = all(_quotes(cited.get(c.utterance_id, ""), c.quote) for c in statement.citations)
    told = [text for text in (statement.text, statement.question, statement.answer) if text]
    return (
        bool(statement.text.strip()) and bool(cited) and quoted and _claims_hold(told, list(cited.values()))
    )


def _claims_hold(told: Sequence[str], said: Sequence[str]) -> bool:
    known = {token for text in said for token in (*normalised(text), *years(normalised(text)))}
    pairs = {pair for text in said for pair in counted(text)}
    claims = {token for text in told for token in normalised(text) if is_claim(token)}
    return claims <= known and {pair for text in told for pair in counted(text)} <= pairs


def _quotes(text: str, quote: str) -> bool:
    words, part = normalised(text), normalised(quote)
    if not part:
        return False
    return any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1))
