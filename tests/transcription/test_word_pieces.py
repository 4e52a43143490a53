"""Words are made of an engine's pieces, in every script, each in its place in time."""

import pytest

from transcription.word_pieces import Piece, joined_words

pytestmark = pytest.mark.unit


def texts(*pieces: str) -> list[str]:
    timed = [Piece(text, float(n), n + 1.0, 0.9) for n, text in enumerate(pieces)]
    return [word.text for word in joined_words(timed, 0, len(pieces))]


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([" three", "-sixths", " and"], ["three-sixths", "and"]),
        ([" don", "'t", "."], ["don't."]),
        (["你好", "世", "界", "。"], ["你好", "世", "界。"]),
        (["我", "用", "Py", "thon", "写"], ["我", "用", "Python", "写"]),
        (["第", "1", "15", "页", "，"], ["第", "115", "页，"]),
        (["１", "２", "人"], ["１２", "人"]),
        (["「", "はい", "」", "と"], ["「はい」", "と"]),
        (["き", "ゃ", "く"], ["きゃ", "く"]),
        (["เ", "ด", "็", "ก", "ะ"], ["เด็", "กะ"]),
        (["宇", "宙", " 洪", "荒"], ["宇", "宙", "洪", "荒"]),
        ([" ", " yes"], ["yes"]),
    ],
)
def test_pieces_are_joined_as_their_script_writes_words(pieces: list[str], words: list[str]) -> None:
    assert texts(*pieces) == words


def test_a_phrase_without_spaces_is_divided_with_its_time() -> None:
    words = joined_words([Piece("今天我们学习分数", 1.0, 5.0, 0.8)], 0, 6)
    assert [word.text for word in words] == list("今天我们学习分数")
    assert (words[0].start, words[1].start, words[-1].end) == (1.0, 1.5, 5.0)
    assert {word.probability for word in words} == {0.8}


def test_a_number_without_time_lies_between_its_neighbours() -> None:
    pieces = [
        Piece(" pages", 1.0, 1.4, 0.9),
        Piece(" 115", None, None, 0.5),
        Piece(" to", 2.4, 2.5, 0.9),
        Piece(" 118", None, None, 0.5),
        Piece(" 119", None, None, 0.5),
    ]
    words = joined_words(pieces, 0, 4.5)
    assert [(word.text, word.start, word.end) for word in words] == [
        ("pages", 1.0, 1.4),
        ("115", 1.4, 2.4),
        ("to", 2.4, 2.5),
        ("118", 2.5, 3.5),
        ("119", 3.5, 4.5),
    ]


def test_numbers_without_time_at_the_start_and_alone_fill_their_span() -> None:
    first = joined_words([Piece(" 41", None, None, 0.5), Piece(" pages", 2.0, 2.5, 0.9)], 1.0, 3.0)
    assert [(word.start, word.end) for word in first] == [(1.0, 2.0), (2.0, 2.5)]
    alone = joined_words([Piece(" 41", None, None, 0.5)], 1.0, 3.0)
    assert [(word.start, word.end) for word in alone] == [(1.0, 3.0)]


def test_words_stay_in_order_where_the_aligner_leaves_no_time_between() -> None:
    pieces = [Piece(" a", 1.0, 2.0, 0.9), Piece(" 5", None, None, 0.5), Piece(" b", 1.8, 2.2, 0.9)]
    middle = joined_words(pieces, 0, 3)[1]
    assert middle.start == middle.end == 2.0
