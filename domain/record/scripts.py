"""Scripts that are written without spaces between words: Chinese, Japanese, Thai, Khmer and others."""

import re
import unicodedata

_UNSPACED = re.compile(
    r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u3000-\u312f\u31f0-\u31ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f\U00020000-\U0003ffff]"
)
# Letters that belong to the one before them: vowels and marks of Thai and Lao, small and long kana.
_FOLLOWING = frozenset("ะาำๅๆฯະາຳຽໆຯぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮーｰ々ゝゞヽヾ")
# Vowels of Thai and Lao that are written before the consonant they belong to.
_LEADING = frozenset("เแโใไເແໂໃໄ")
_CLUSTERS_PER_WORD = 2  # about as many as a word has in Chinese, Japanese or Thai
_RUNS = re.compile(r"\S+")


def is_unspaced(character: str) -> bool:
    """Whether the character is of a script without spaces. Digits are not: “１２” is one number."""
    return bool(_UNSPACED.match(character)) and not character.isdigit()


def begins_word(before: str, after: str) -> bool:
    """Whether `after`, written directly behind `before`, begins a word of its own.

    It does in scripts without spaces, unless one of the two letters, or a punctuation mark, cannot stand alone.
    """
    if not before or not after or _belongs_together(before[-1], after[0]):
        return False
    return is_unspaced(before[-1]) or is_unspaced(after[0])


def separator(before: str, after: str) -> str:
    """What is written between two words: a space, or nothing if one of them is of a script without spaces."""
    return "" if is_unspaced(before[-1:]) or is_unspaced(after[:1]) else " "


def clusters(text: str) -> list[str]:
    """The letters of a text without spaces, each with the marks that belong to it; Latin words and numbers whole."""
    found: list[str] = []
    for character in text:
        if found and not begins_word(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def count_words(text: str) -> int:
    """The number of words; in scripts without spaces an estimate by the number of letters."""
    return sum(_words_in(run) for run in _RUNS.findall(text))


def _words_in(run: str) -> int:
    """“我用Python写” has three letters of Chinese and one other word."""
    unspaced = [is_unspaced(cluster[0]) for cluster in clusters(run)]
    return unspaced.count(False) + -(-unspaced.count(True) // _CLUSTERS_PER_WORD)


def full_stop(last: str) -> str:
    """What ends a sentence whose last letter this is: Thai and its neighbours write nothing."""
    if not is_unspaced(last):
        return "."
    return "。" if last >= "\u3000" else ""


def _belongs_together(last: str, first: str) -> bool:
    return (
        first in _FOLLOWING
        or unicodedata.category(first) in {"Mn", "Mc", "Me", "Pe", "Pf", "Po"}
        or last in _LEADING
        or unicodedata.category(last) in {"Ps", "Pi"}
    )
