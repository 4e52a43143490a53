"""Finds English texts of ours in a page of another language."""

import re
from html.parser import HTMLParser

from console.frame.texts import catalogue

_SHOWN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
_HIDDEN = ("script", "style", "kbd", "code")
_PLACEHOLDER = re.compile(r"%\\\(\w+\\\)s")


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        spoken = ("class", "words") in attrs  # the transcript, word by word
        if not self.inside and (tag in _HIDDEN or spoken):
            self.inside = tag
        self.found += [value for name, value in attrs if name in _SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)


def shown_texts(html: str) -> list[str]:
    """The texts of a page and of its attributes that people read or hear."""
    parser = _Texts()
    parser.feed(html)
    return [text for found in parser.found if (text := " ".join(found.split()))]


def english_left(html: str, language: str) -> list[str]:
    """The shown texts that are a text of the catalogue in English, though the language has another."""
    english = re.compile(
        "|".join(
            _PLACEHOLDER.sub(".+", re.escape(text)).replace("%%", "%")
            for message in catalogue(language)
            if message.id
            for text in (message.id if isinstance(message.id, tuple | list) else (message.id,))
            if text not in (message.string if isinstance(message.string, tuple | list) else (message.string,))
            and not text.startswith("%(")
        )
    )
    return [text for text in shown_texts(html) if english.fullmatch(text)]
