"""Salience of sentences: content words, subject vocabulary and TF-IDF centrality."""

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(
    """about after again all also always and any anything are ask away back because been before being both but call can
    come could did does doing done don down each else even every everybody everything exactly find first for from get
    give goes going good got great had has have hello her here him his how into its just know let like little long look
    made make many maybe mean more most much must need never next not nothing now off okay one only other our out over
    please put really right said same say see she should some something still sure take tell than thank thanks that the
    their them then there these they thing things think this those through time today together too try two under until
    use very want was way well went were what when where which while who why will with word would write yes yet you
    your yours""".split()
)


def words(text: str) -> list[str]:
    """The content words of a text of three letters or more, lower-case, in the singular."""
    return [_singular(word) for word in _WORD.findall(text.lower()) if word not in _COMMON]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def vocabulary(texts: Sequence[str], titles: Sequence[str]) -> frozenset[str]:
    """Words of the planned topics and words that occur in several of the texts."""
    count = Counter(word for text in texts for word in set(words(text)))
    return frozenset(word for word, n in count.items() if n > 1) | frozenset(words(" ".join(titles)))


def centrality(texts: Sequence[str]) -> list[float]:
    """The cosine similarity of each text to the mean of all TF-IDF vectors, scaled so that the largest is 1."""
    vectors = tf_idf([words(text) for text in texts])
    mean: Counter[str] = Counter()
    for vector in vectors:
        mean.update(vector)
    similarities = [cosine(vector, mean) for vector in vectors]
    most = max(similarities, default=0.0) or 1.0
    return [value / most for value in similarities]


def tf_idf(texts: Sequence[Sequence[str]]) -> list[Counter[str]]:
    """The TF-IDF vector of each tokenised text."""
    document_frequency = Counter(word for text in texts for word in set(text))
    return [
        Counter(
            {
                word: n * math.log(1 + len(texts) / document_frequency[word])
                for word, n in Counter(text).items()
            }
        )
        for text in texts
    ]


def cosine(one: Counter[str], other: Counter[str]) -> float:
    """The cosine similarity of two vectors, 0 if one is empty."""
    length = _length(one) * _length(other)
    return sum(value * other[word] for word, value in one.items()) / length if length else 0.0


def _length(vector: Counter[str]) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))
