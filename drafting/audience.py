"""Decides the audience of drafted statements, with the sentences that stand before their quotes in the transcript."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from uuid import UUID

from domain.people.roles import Role
from domain.record.audience_rule import AudienceRule, OutsideAudience
from domain.record.documentation import Citation, ClassRecord, Statement
from domain.record.student_names import Mention
from domain.record.transcript import Utterance
from drafting.addressees import LANGUAGES, only_acknowledges, refers_back, speaks_to_all
from drafting.numbers import normalised_tokens
from drafting.sentences import Sentence, split_sentences

_SAME_ADDRESSEE_WITHIN = timedelta(seconds=10)


class Audiences:
    """The audiences of one class's statements."""

    def __init__(self, record: ClassRecord) -> None:
        self._record = record
        self._rule = AudienceRule(record.students, {u.id: u.identity for u in record.utterances})

    def decide(self, statements: Iterable[Statement]) -> tuple[Statement, ...]:
        """The statements with an audience each; one chosen by hand stays.

        Raises InvalidInput for a student of another class.
        """
        return tuple(self._decided(statement) for statement in statements)

    def warnings(self, statements: Sequence[Statement]) -> list[OutsideAudience]:
        """The statements about students who are not in their audience."""
        return self._rule.warnings(statements)

    def _decided(self, statement: Statement) -> Statement:
        if statement.audience is not None and statement.audience.by_hand:
            return replace(statement, audience=self._rule.check(statement.audience))
        addressed = [mention for citation in statement.citations for mention in self._addressed(citation)]
        return replace(statement, audience=self._rule.decide(statement, addressed))

    def _addressed(self, citation: Citation) -> list[Mention]:
        """Whom the quoted sentences address or continue to speak of, though they do not name them."""
        quote = normalised_tokens(citation.quote)
        return [
            mention
            for sentence, mentions in self._sentences.get(citation.utterance_id, ())
            if _overlap(quote, normalised_tokens(sentence.text))
            for mention in mentions
        ]

    @cached_property
    def _sentences(self) -> dict[UUID, list[tuple[Sentence, list[Mention]]]]:
        """The sentences of each utterance that is not a student's, with the students they are about."""
        found: dict[UUID, list[tuple[Sentence, list[Mention]]]] = {}
        about: list[Mention] = []
        sentences = [s for s in split_sentences(self._record) if s.role != Role.STUDENT]
        for before, sentence in pairwise([None, *sentences]):
            assert sentence is not None
            named = self._rule.named(sentence.text)
            if named:
                about = named
            elif speaks_to_all(sentence) or not _goes_on(before, sentence):
                about = []
            found.setdefault(sentence.utterance.id, []).append((sentence, about))
            if named and only_acknowledges(sentence):
                about = []
        return found


def languages_without_rules(utterances: Iterable[Utterance]) -> list[str]:
    """The languages spoken in a class for which there are no rules about whom a sentence speaks to."""
    return sorted({utterance.language for utterance in utterances} - LANGUAGES)


def _goes_on(before: Sentence | None, sentence: Sentence) -> bool:
    """Whether a sentence goes on with whom the sentence before was about.

    It does within an utterance, and after a short pause if it refers back, or if its language has no rules.
    """
    if before is None or before.utterance.identity != sentence.utterance.identity:
        return False
    if before.utterance.id == sentence.utterance.id:
        return True
    pause = sentence.utterance.starts_at - before.utterance.ends_at
    return pause <= _SAME_ADDRESSEE_WITHIN and refers_back(sentence)


def _overlap(quote: Sequence[str], sentence: Sequence[str]) -> bool:
    """Whether one of two token sequences contains the other."""
    short, long = sorted((quote, sentence), key=len)
    return bool(short) and f" {' '.join(short)} " in f" {' '.join(long)} "
