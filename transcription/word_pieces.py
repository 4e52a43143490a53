"""Makes words of what engines return: pieces of words, characters, whole phrases, and words without times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain.record.scripts import begins_word, clusters
from transcription.engine import DecodedWord

_LONGEST_UNSPACED = 4  # letters; longer pieces of scripts without spaces are phrases and are divided


@dataclass(frozen=True)
class Piece:
    """A piece of text as an engine returns it; a space before it begins a word."""

    text: str
    start: float | None  # seconds from the start of the sound; None: the aligner found no time
    end: float | None
    probability: float


def joined_words(pieces: Iterable[Piece], start: float, end: float) -> tuple[DecodedWord, ...]:
    """The words of one span from `start` to `end`, in order of time.

    A piece without a space before it, as "-sixths" after "three", belongs to the previous word, except in scripts
    without spaces. Words without times lie between their neighbours.
    """
    words: list[Piece] = []
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        own = replace(piece, text=text)
        if words and not piece.text[0].isspace() and not begins_word(words[-1].text, text):
            words[-1] = _joined(words[-1], own)
        else:
            words.append(own)
    timed = _with_times(words, start, end)
    return tuple(part for word in timed for part in _divided(word))


def _joined(one: Piece, other: Piece) -> Piece:
    end = one.end if other.end is None else other.end
    start = other.start if one.start is None else one.start
    return Piece(one.text + other.text, start, end, min(one.probability, other.probability))


def _with_times(words: Sequence[Piece], start: float, end: float) -> list[DecodedWord]:
    """The words with times; those without share the time between their neighbours by their length."""
    found: list[DecodedWord] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word.start is not None:
            found.append(
                DecodedWord(float(word.start), _end(word), word.text, _probability(word.probability))
            )
            at += 1
            continue
        until = next((n for n in range(at, len(words)) if words[n].start is not None), len(words))
        earliest = found[-1].end if found else start
        following = words[until].start if until < len(words) else end
        assert following is not None
        found += _spread(words[at:until], earliest, max(float(following), earliest))
        at = until
    return found


def _end(word: Piece) -> float:
    assert word.start is not None
    return float(word.start if word.end is None else max(word.end, word.start))


def _spread(words: Sequence[Piece], start: float, end: float) -> list[DecodedWord]:
    length = sum(len(word.text) for word in words)
    found: list[DecodedWord] = []
    for word in words:
        until = start + (end - start) * sum(len(w.text) for w in words[: len(found) + 1]) / length
        begins = found[-1].end if found else start
        found.append(DecodedWord(begins, until, word.text, _probability(word.probability)))
    return found


def _divided(word: DecodedWord) -> list[DecodedWord]:
    """A phrase of a script without spaces as its letters, each with its share of the time."""
    letters = clusters(word.text)
    if len(letters) <= _LONGEST_UNSPACED:
        return [word]
    parts = [Piece(letter, None, None, word.probability) for letter in letters]
    return _spread(parts, word.start, word.end)


def _probability(value: float) -> float:
    return float(min(max(value, 0.0), 1.0))
