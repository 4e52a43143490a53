"""Writes the data dictionary, made from models/record_views, into docs/data.md."""

import re
from pathlib import Path

from api.schemas.exports import DictionaryOut

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data.md"
_PLACE = re.compile(r"(<!-- dictionary:.*?-->\n).*?(<!-- /dictionary -->)", re.DOTALL)


def with_dictionary(page: str) -> str:
    made = DictionaryOut.make().as_markdown(level=3)
    return _PLACE.sub(lambda found: f"{found[1]}\n{made}\n{found[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(with_dictionary(PAGE.read_text()))
