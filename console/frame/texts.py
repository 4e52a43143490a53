"""The texts of pages in the reader's language: gettext, with a catalogue per language in `locales/`.

The texts in templates, code and scripts are English and are the keys of the catalogues. `gettext` and `ngettext` give
them in the language of the page that is being made; templates call the same functions as `_` and `ngettext`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from domain.people.languages import TEXT_LANGUAGES, best_language
from reports.directions import direction_of, isolated

SOURCE = "en"  # the language of the keys
LOCALES = Path(__file__).with_name("locales")
TRANSLATED = tuple(code for code in TEXT_LANGUAGES if code != SOURCE)
_language: ContextVar[str] = ContextVar("language_of_the_page", default=SOURCE)


def page_language() -> str:
    """The language of the page that is being made."""
    return _language.get()


def page_direction() -> str:
    """The value of the HTML attribute `dir`: ltr or rtl."""
    return direction_of(page_language())


def set_page_language(language: str) -> None:
    """Make the rest of the request speak the offered language nearest to this one."""
    _language.set(best_language(language, TEXT_LANGUAGES))


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Texts in the offered language nearest to this one; afterwards in the language of before."""
    token = _language.set(best_language(language, TEXT_LANGUAGES))
    try:
        yield
    finally:
        _language.reset(token)


def gettext(text: str, **values: object) -> str:
    """The text in the language of the page, its placeholders such as `%(name)s` filled in."""
    return _translated(text) % _isolated(values)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The form of a text for a count, which it may show as `%(count)s`."""
    text = _translations(page_language()).ngettext(one, many, count)
    return text % _isolated({"count": count, **values})


def mark(text: str) -> str:
    """The text itself: marks it for the catalogues where it is translated later, by `gettext`."""
    return text


def translation_of(text: str) -> str:
    """The text in the language of the page; empty if its catalogue does not have it."""
    language = page_language()
    found = _translated(text)
    return "" if found == text and language != SOURCE else found


def html_gettext(text: str, **values: object) -> Markup:
    """As `gettext`, for templates: values that are markup stay markup, all others are escaped."""
    return Markup(escape(_translated(text))) % _isolated(values)


def html_ngettext(one: str, many: str, count: int, **values: object) -> Markup:
    """As `ngettext`, for templates."""
    text = _translations(page_language()).ngettext(one, many, count)
    return Markup(escape(text)) % _isolated({"count": count, **values})


@cache
def script_texts(language: str) -> dict[str, str | list[str]]:
    """The texts of the scripts of pages, a list where a text has plural forms; empty for the source language."""
    if language == SOURCE:
        return {}
    texts: dict[str, str | list[str]] = {}
    for message in catalogue(language):
        if message.id and any(name.endswith(".js") for name, _ in message.locations):
            if isinstance(message.id, str):
                texts[message.id] = str(message.string)
            else:
                texts[message.id[0]] = [str(form) for form in message.string or ()]
    return texts


def catalogue(language: str) -> Catalog:
    """The catalogue of a language, as its file has it."""
    with (LOCALES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def _translations(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _translated(text: str) -> str:
    # The translation of the empty text is the header of the catalogue.
    return _translations(page_language()).gettext(text) if text else ""


def _isolated(values: Mapping[str, object]) -> dict[str, object]:
    """The values, those whose own direction could turn the text around them between isolates."""
    language = page_language()
    return {
        name: isolated(value, language) if isinstance(value, str) and not isinstance(value, Markup) else value
        for name, value in values.items()
    }
