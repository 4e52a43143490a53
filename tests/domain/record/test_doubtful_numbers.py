"""Numbers of homework that may have been heard wrong are found, with the clip to check them by."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.record.documentation import Citation, Section, Statement
from domain.record.doubtful_numbers import Doubt, DoubtfulNumber, doubtful_numbers
from domain.record.transcript import Utterance, Word

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def said(
    text: str, key: int = 1, *, unsure: str = "", alternatives: dict[str, str] | None = None
) -> Utterance:
    """An utterance of a word each half second; the words in `unsure` have a low probability."""
    words = tuple(
        Word(
            n * 500,
            n * 500 + 400,
            word,
            0.3 if word.strip(".,") in unsure.split() else 0.9,
            (alternatives or {}).get(word.strip(".,"), ""),
        )
        for n, word in enumerate(text.split())
    )
    ends_at = START + timedelta(seconds=len(words) / 2)
    return Utterance(UUID(int=key), "tutor", "TR", START, ends_at, text, words, "en", 0.9, "engine")


def doubts_of(
    utterance: Utterance, text: str = "", section: Section = Section.HOMEWORK, *others: Utterance
) -> list[DoubtfulNumber]:
    statement = Statement(
        section, text or utterance.text, (Citation(utterance.id, utterance.text.rstrip(".")),)
    )
    return doubtful_numbers([statement], [utterance, *others])


def numbers(found: list[DoubtfulNumber]) -> dict[str, tuple[Doubt, ...]]:
    return {one.number: one.doubts for one in found}


def test_a_range_read_apart_is_doubtful_even_if_the_engine_was_sure() -> None:
    found = numbers(doubts_of(said("Please read pages 100 and 15 to 180 until Monday.")))
    assert found == dict.fromkeys(["100", "15", "180"], (Doubt.INCONSISTENT,))


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("Read pages 115 to 118.", set()),
        ("Read pages 115 to 18.", {"115", "18"}),
        ("Read pages 15-180.", {"15", "180"}),
        ("Lies Seite 100 und 15 bis Montag.", {"100", "15"}),
        ("Lisez les pages 40 à 12.", {"40", "12"}),
        ("Do exercises 7 to 12 on page 231.", set()),
        ("Meet at 10:30 to 9 o'clock.", set()),
    ],
)
def test_numbers_that_make_no_sense_where_they_stand(text: str, doubtful: set[str]) -> None:
    assert set(numbers(doubts_of(said(text)))) == doubtful


def test_a_page_far_beyond_the_others_is_doubtful() -> None:
    others = [said("We are on page 41.", 2), said("Turn to page 44.", 3)]
    assert numbers(doubts_of(said("Read page 812."), "", Section.HOMEWORK, *others)) == {
        "812": (Doubt.INCONSISTENT,)
    }
    assert doubts_of(said("Read page 52."), "", Section.HOMEWORK, *others) == []


def test_an_unsure_number_or_day_is_doubtful_with_the_clip_around_it() -> None:
    (found,) = doubts_of(said("Do page 41 until Thursday please.", unsure="Thursday please"))
    assert found.number == "Thursday"
    assert found.doubts == (Doubt.UNSURE,)
    assert (found.from_ms, found.to_ms) == (2000 - 1500, 2400 + 700)
    assert (found.position, found.utterance_id) == (1, UUID(int=1))


def test_a_number_that_the_second_decoding_reads_differently_names_the_other() -> None:
    (found,) = doubts_of(said("Do page 41.", alternatives={"41": "14"}))
    assert (found.number, found.doubts, found.alternative) == ("41", (Doubt.DIFFERS,), "14")


def test_a_corrected_number_and_other_sections_have_no_doubts() -> None:
    heard = said("Please read pages 100 and 15 to 180.")
    assert doubts_of(heard, "Read pages 115 to 118.") == []
    assert doubts_of(heard, section=Section.PRACTISED) == []
    assert doubts_of(heard, section=Section.NEXT_STEPS) != []


def test_of_a_number_said_twice_the_quoted_one_counts() -> None:
    heard = Word(500, 900, "41", 0.3)
    utterance = said("Take 41 minutes. Then do page 41.")
    utterance = replace(utterance, words=(utterance.words[0], heard, *utterance.words[2:]))
    quoting = Statement(Section.HOMEWORK, "Page 41.", (Citation(utterance.id, "Then do page 41"),))
    assert doubtful_numbers([quoting], [utterance]) == []
    beside = Statement(Section.HOMEWORK, "Page 41.", (Citation(utterance.id, "Take"),))
    assert [one.number for one in doubtful_numbers([beside], [utterance])] == ["41"]


def test_number_words_are_numbers() -> None:
    found = doubts_of(said("Do page twelve, exercises one to four.", unsure="twelve"))
    assert [one.number for one in found] == ["twelve"]
