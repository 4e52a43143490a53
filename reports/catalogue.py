"""The texts of mails and pages by language, and how values are put into them."""

from types import ModuleType
from typing import Any

from domain.notices.kinds import NoticeKind
from domain.people.languages import TEXT_LANGUAGES, best_language
from reports.directions import direction_of, isolated
from reports.texts import ar, de, en, es, fr

_MODULES: dict[str, ModuleType] = {"en": en, "es": es, "de": de, "fr": fr, "ar": ar}
LANGUAGES = TEXT_LANGUAGES
SUBJECTS: dict[str, dict[NoticeKind, str]] = {code: _MODULES[code].SUBJECTS for code in LANGUAGES}
WORDS: dict[str, dict[str, str]] = {code: _MODULES[code].MAILS for code in LANGUAGES}
PAGES: dict[str, dict[str, dict[str, str]]] = {
    code: {
        "family": _MODULES[code].FAMILY,
        "joining": _MODULES[code].JOINING,
        "offer": _MODULES[code].OFFER,
        "plan": _MODULES[code].PLAN,
        "check_in": _MODULES[code].CHECK_IN,
        "dispute": _MODULES[code].DISPUTE,
    }
    for code in LANGUAGES
}


class Words(dict[str, str]):
    """The texts in one language, by key."""

    def __init__(self, language: str, *tables: dict[str, str]) -> None:
        super().__init__()
        self.language = language
        for table in tables:
            self.update(table)

    @property
    def direction(self) -> str:
        """The value of the HTML attribute `dir`: ltr or rtl."""
        return direction_of(self.language)

    def fill(self, key: str, **values: Any) -> str:
        """The text of a key with its placeholders filled in."""
        return filled(self[key], self.language, **values)


def filled(text: str, language: str, **values: Any) -> str:
    """The text with its placeholders filled in; values that could turn the text around them are isolated."""
    return text.format(**{name: isolated(str(value), language) for name, value in values.items()})


def supported_language(wanted: str) -> str:
    """The language of the catalogue that is nearest to the wanted one."""
    return best_language(wanted, LANGUAGES)


def words_in(language: str) -> Words:
    """The texts of mails in the language nearest to this one."""
    supported = supported_language(language)
    return Words(supported, WORDS[supported])


def page_words(page: str, language: str) -> Words:
    """The texts of a page, and those of mails, in the language nearest to this one."""
    supported = supported_language(language)
    return Words(supported, WORDS[supported], PAGES[supported][page])
