"""Brings the catalogues of the pages up to date with the texts in templates, code and scripts.

Usage: `python -m scripts.update_catalogues`. New texts come in without a translation, which `make check` then asks for;
texts that are gone are removed.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from console.frame.problem_texts import ERRORS
from console.frame.texts import LOCALES, TRANSLATED, catalogue
from domain.cases.catalogue import CATALOGUE

_ROOT = Path(__file__).parents[1]
_METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python"), ("static/**.js", "javascript")]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
_OPTIONS = {"**.html": {"silent": "false", "extensions": "jinja2.ext.i18n"}}


def extracted() -> Catalog:
    """Every text that the pages say, each with the files that it stands in."""
    texts = Catalog(charset="utf-8")
    for file, message, comments in sorted(_messages(), key=lambda found: (found[0], str(found[1]))):
        texts.add(message, locations=[(file, None)], auto_comments=comments)  # type: ignore[list-item]
    return texts


def _messages() -> Iterator[tuple[str, str | tuple[str, ...], list[str]]]:
    folder = _ROOT / "console"
    found: Iterable[tuple[str, int, str | tuple[str, ...], list[str], str | None]] = extract_from_dir(
        folder, _METHODS, _OPTIONS, _KEYWORDS
    )
    for name, _, message, comments, _ in found:
        yield f"console/{name}", message, comments
    for kind in CATALOGUE.values():
        yield f"domain/cases/catalogue/{kind.code}.py", kind.title, []
    for error in ERRORS:
        yield "domain/errors.py", error.title, []
        yield "domain/errors.py", error.usual_step, []


def updated(language: str, texts: Catalog) -> bytes:
    """The file of a language with these texts, those that stay with their translations."""
    own = catalogue(language)
    own.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    own.obsolete.clear()
    own.header_comment = (
        f"# Texts of the pages of Homeroom: {own.locale.english_name if own.locale else language}."
    )
    file = BytesIO()
    write_po(
        file, own, width=110, omit_header=False, ignore_obsolete=True, include_lineno=False, sort_by_file=True
    )
    return file.getvalue()


def main() -> None:
    texts = extracted()
    for language in TRANSLATED:
        (LOCALES / f"{language}.po").write_bytes(updated(language, texts))


if __name__ == "__main__":
    main()
