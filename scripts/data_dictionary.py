"""Generates the data dictionary in docs/data.md from models/record_views."""

import re
from pathlib import Path

from api.schemas.exports import DictionaryOut

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data.md"
_MARKERS = re.compile(r"(<!-- dictionary:.*?-->\n).*?(<!-- /dictionary -->)", re.DOTALL)


def with_dictionary(page: str) -> str:
    markdown = DictionaryOut.make().as_markdown(level=3)
    return _MARKERS.sub(lambda match: f"{match[1]}\n{markdown}\n{match[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(with_dictionary(PAGE.read_text()))
