"""Detects plain text and CSV: UTF-8, or UTF-16 with a byte order mark, without control characters, and no markup that
a browser would render."""

import codecs
import csv
import re
from typing import IO

from domain.errors import FileRefused
from domain.record.files import CSV, CSV_UTF16, TEXT, TEXT_UTF16, FileKind

# What browsers sniff as HTML, SVG or a feed if no type is declared (WHATWG, MIME Sniffing).
_MARKUP = re.compile(
    r"\s*<(!doctype|!--|\?xml|\?php|html|head|body|script|iframe|svg|h1|div|font|table|a|style|title|b|br|p|rss|feed)"
    r"[\s>/!?-]",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_ROWS_CHECKED = 50  # rows


def text_kind(file: IO[bytes]) -> FileKind | None:
    """TEXT or CSV or the same in UTF-16, None for a file that is not text. Raises FileRefused for markup."""
    file.seek(0)
    content = file.read()
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    if _MARKUP.match(text):
        raise FileRefused("the file contains scripts", next_step="Save it as PDF or PNG.")
    if _CONTROL.search(text):
        return None
    if _is_table(text):
        return CSV_UTF16 if is_utf16 else CSV
    return TEXT_UTF16 if is_utf16 else TEXT


def _is_table(text: str) -> bool:
    """Whether the first rows have the same number of cells, more than one."""
    start = text[:100_000].splitlines()[:_ROWS_CHECKED]
    for delimiter in ",;\t":
        try:
            widths = {len(row) for row in csv.reader(start, delimiter=delimiter, strict=True) if row}
        except csv.Error:
            continue
        if len(widths) == 1 and widths.pop() > 1 and len(start) > 1:
            return True
    return False
