"""The catalogues of the pages: complete, current, and with the placeholders of the English texts."""

import re
from collections.abc import Iterable

import pytest
from babel.messages.catalog import Catalog, Message

from console.frame import labels
from console.frame.texts import (
    TRANSLATED,
    catalogue,
    gettext,
    html_gettext,
    in_language,
    ngettext,
    script_texts,
)
from console.frame.times import short_duration
from domain.people.languages import TEXT_LANGUAGES, browser_language
from domain.record.documentation import CheckOutcome, DocumentationStatus
from domain.sessions.completeness import Part
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from scripts.update_catalogues import extracted

pytestmark = [pytest.mark.unit, pytest.mark.check]

every_translation = pytest.mark.parametrize("language", TRANSLATED)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_ARABIC_LETTERS = range(0x0600, 0x0700)
# Texts that are the same in two languages.
_SAME = {
    "de": {"Live", "Chat", "Name"},
    "es": {"Audio", "Chat"},
    "fr": {
        "Actions",
        "Audio",
        "Confirmation",
        "Correct",
        "Incorrect",
        "Messages",
        "Pages",
        "Question",
        "Transcription",
        "absent",
        "confirmation",
        "correct",
        "critique",
        "incorrect",
        "%(count)s segment",
        "%(count)s segments",
    },
}


def texts_of(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


@every_translation
def test_every_text_of_the_pages_is_translated(language: str) -> None:
    """If this fails, run `python -m scripts.update_catalogues` and translate what it adds."""
    own = catalogue(language)
    assert {str(message.id) for message in texts_of(own)} == {
        str(message.id) for message in texts_of(extracted())
    }
    for message in texts_of(own):
        assert not message.fuzzy, message.id
        translations = forms(message.string)
        assert all(text.strip() for text in translations), message.id
        assert len(translations) == (1 if isinstance(message.id, str) else own.num_plurals), message.id
    assert not own.obsolete


@every_translation
def test_placeholders_and_markup_are_those_of_the_english_text(language: str) -> None:
    for message in texts_of(catalogue(language)):
        wanted = {name for text in forms(message.id) for name in _PLACEHOLDER.findall(text)}
        # The form for one, two or none can name the count in a word.
        optional = set() if isinstance(message.id, str) else {"count"}
        for text in forms(message.string):
            assert wanted - optional <= set(_PLACEHOLDER.findall(text)) <= wanted, text
            assert "%" not in _PLACEHOLDER.sub("", text).replace("%%", ""), text
            assert not set('<>&"') & set(text), text


@every_translation
def test_no_text_is_left_in_english(language: str) -> None:
    same = {
        text
        for message in texts_of(catalogue(language))
        for text in forms(message.string)
        if text in forms(message.id)
    }
    assert same <= _SAME.get(language, set())


def test_arabic_texts_are_in_arabic_script() -> None:
    for message in texts_of(catalogue("ar")):
        assert all(any(ord(char) in _ARABIC_LETTERS for char in text) for text in forms(message.string))


@every_translation
def test_every_code_on_the_pages_of_instructors_has_a_text(language: str) -> None:
    codes = {*SessionState, *DocumentationStatus, *Outcome, *CheckOutcome}
    english = {code: labels.code_label(code) for code in codes}
    with in_language(language):
        assert {code for code in codes if labels.code_label(code) == english[code]} <= {
            "correct",
            "incorrect",
        }
        assert labels.PARTS.keys() == set(Part)


def test_plural_forms_follow_the_language() -> None:
    shown = [ngettext("%(count)s statement", "%(count)s statements", count) for count in (1, 3)]
    assert shown == ["1 statement", "3 statements"]
    with in_language("ar"):
        counts = (1, 2, 3, 11)
        shown = [ngettext("%(count)s statement", "%(count)s statements", count) for count in counts]
    assert shown == ["عبارة واحدة", "عبارتان", "3 عبارات", "11 عبارة"]


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "12m 5s"), ("de", "12 Min. 5 Sek."), ("ar", "12 د 5 ث"), ("es", "12 min 5 s")],
)
def test_short_durations_have_the_units_of_the_language(language: str, shown: str) -> None:
    with in_language(language):
        assert short_duration(725) == shown


def test_values_are_escaped_and_isolated() -> None:
    with in_language("ar"):
        assert gettext("Only %(names)s", names="Leo") == "\u2068Leo\u2069 فقط"
    with in_language("de"):
        assert html_gettext("Only %(names)s", names="<b>") == "Nur &lt;b&gt;"


def test_the_notes_of_steps_are_in_the_language_of_the_page() -> None:
    with in_language("de"):
        noted = labels.timeline_note(Step.TRANSCRIPT, Outcome.DONE, "1 utterances, 12 words")
        assert noted == "1 Äußerung · 12 Wörter"
        assert (
            labels.timeline_note(Step.REVIEW, Outcome.DONE, "revision 2 approved") == "Fassung 2 freigegeben"
        )
        assert labels.timeline_note(Step.ROOM, Outcome.DONE, "a note of another release") == ""


@every_translation
def test_scripts_get_their_texts(language: str) -> None:
    texts = script_texts(language)
    assert "Unsaved changes" in texts
    assert "Where you are signed in" not in texts
    assert script_texts("en") == {}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("pt-BR,ar;q=0.3,fr;q=0.7", "fr"),
        ("zh,ja", "en"),
        ("", "en"),
        ("es;q=0,fr;q=x,;;;,de;q=0.1", "de"),
    ],
)
def test_the_browser_names_the_language_before_sign_in(header: str, language: str) -> None:
    assert browser_language(header, TEXT_LANGUAGES) == language
