"""How much a sentence has to do with what the class is about."""

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
    """Those that carry meaning, lower-case, singular."""
    return [_singular(word) for word in _WORD.findall(text.lower()) if word not in _COMMON]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def vocabulary(texts: Sequence[str], titles: Sequence[str]) -> frozenset[str]:
    """The subject's words: those of the planned topics, and those that several sentences have."""
    count = Counter(word for text in texts for word in set(words(text)))
    return frozenset(word for word, n in count.items() if n > 1) | frozenset(words(" ".join(titles)))


def centrality(texts: Sequence[str]) -> list[float]:
    """Each text's nearness to the mean of all by TF-IDF, the nearest being 1."""
    vectors = tf_idf([words(text) for text in texts])
    mean: Counter[str] = Counter()
    for vector in vectors:
        mean.update(vector)
    near = [cosine(vector, mean) for vector in vectors]
    most = max(near, default=0.0) or 1.0
    return [value / most for value in near]


def tf_idf(texts: Sequence[Sequence[str]]) -> list[Counter[str]]:
    seen = Counter(word for text in texts for word in set(text))
    return [
        Counter({word: n * math.log(1 + len(texts) / seen[word]) for word, n in Counter(text).items()})
        for text in texts
    ]


def cosine(one: Counter[str], other: Counter[str]) -> float:
    length = _length(one) * _length(other)
    return sum(value * other[word] for word, value in one.items()) / length if length else 0.0


def _length(vector: Counter[str]) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))
