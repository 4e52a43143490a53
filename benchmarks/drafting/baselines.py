"""Generic extractive summarisers, which get as many sentences as the engine wrote statements."""

import math
from collections import Counter

from domain.record.documentation import Citation, ClassRecord
from drafting.numbers import normalised_tokens
from drafting.sentences import Sentence, split_sentences

_FEWEST_WORDS = 4


def first_sentences(record: ClassRecord, count: int) -> list[Citation]:
    return [_citation(sentence) for sentence in _candidates(record)[:count]]


def centroid(record: ClassRecord, count: int) -> list[Citation]:
    """The sentences nearest to the mean of all, by TF-IDF."""
    candidates = _candidates(record)
    vectors = _tf_idf([normalised_tokens(sentence.text) for sentence in candidates])
    mean: Counter[str] = Counter()
    for vector in vectors:
        mean.update(vector)
    order = sorted(range(len(candidates)), key=lambda at: -_cosine(vectors[at], mean))
    return [_citation(candidates[at]) for at in sorted(order[:count])]


def _candidates(record: ClassRecord) -> list[Sentence]:
    """The instructor's sentences of more than a few words, which the engine may quote as well."""
    return [s for s in split_sentences(record) if s.by_instructor and len(s.text.split()) >= _FEWEST_WORDS]


def _citation(sentence: Sentence) -> Citation:
    return Citation(sentence.utterance.id, sentence.text)


def _tf_idf(texts: list[list[str]]) -> list[Counter[str]]:
    seen = Counter(word for words in texts for word in set(words))
    weight = {word: math.log(len(texts) / count) for word, count in seen.items()}
    return [Counter({word: n * weight[word] for word, n in Counter(words).items()}) for words in texts]


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    length = math.sqrt(sum(v * v for v in one.values())) * math.sqrt(sum(v * v for v in other.values()))
    return sum(value * other[word] for word, value in one.items()) / length if length else 0.0
