"""CSV exports that a spreadsheet opens without running what people wrote."""

import csv
import io

import pytest

from models.record_views.definition import Column, RecordView
from services.export_formats import ExportFormat, encoder

pytestmark = pytest.mark.unit

VIEW = RecordView(
    "names", "", "", "", ("name",),
    (Column("name", "text", "", ""), Column("points", "number", "", ""), Column("tags", "texts", "", "")),
)  # fmt: skip


def written(text: str, form: ExportFormat = ExportFormat.CSV) -> str:
    encoded = encoder(VIEW, form)
    content = (encoded.add([(text, -1.5, [text])]) + encoded.end()).decode()
    _, row = csv.reader(io.StringIO(content, newline=""))
    assert row[1] == "-1.5"
    assert row[2].startswith("[")
    return row[0]


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://evil.example")',
        *(
            "=1+1",
            "+1+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1+1",
            "\r=1",
            "\n=1",
            "＝1+1",
            "＋1-1",
            "＠x",
        ),
    ],
)
def test_formulas_are_neutralised(text: str) -> None:
    assert written(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-5", "+34 600 123 123", "-12.5", "+1,234.50", "-1.2E+3", "Ada", "1-2", "", "a=b", "'=1"]
)
def test_numbers_and_other_texts_are_left_alone(text: str) -> None:
    assert written(text) == text


def test_json_lines_have_texts_as_they_are() -> None:
    encoded = encoder(VIEW, ExportFormat.JSONL)
    assert b'"name":"=1+1"' in encoded.add([("=1+1", 1.0, [])])
