"""`python -m benchmarks [NAME…]` runs benchmarks in turn; `--write` puts their reports into docs/benchmarks.md."""

import argparse
import asyncio
import os
import platform
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.api.__main__ import measure as api
from benchmarks.board.__main__ import measure as board
from benchmarks.capture.__main__ import measure as capture
from benchmarks.commands.__main__ import measure as commands
from benchmarks.drafting.__main__ import measure as drafting
from benchmarks.exceptions.__main__ import measure as exceptions
from benchmarks.ingest.__main__ import measure as ingest
from benchmarks.lifecycle.__main__ import measure as lifecycle
from benchmarks.matching.__main__ import measure as matching
from benchmarks.planning.__main__ import measure as planning
from benchmarks.recording.__main__ import measure as recording
from benchmarks.recurrence.__main__ import measure as recurrence
from benchmarks.report import Report
from benchmarks.review.__main__ import measure as review
from benchmarks.touches.__main__ import measure as touches
from benchmarks.transcription.__main__ import measure as transcription
from benchmarks.watch.__main__ import measure as watch

BENCHMARKS: dict[str, Callable[[], Awaitable[Report]]] = {
    "lifecycle": lifecycle,
    "ingest": ingest,
    "board": board,
    "capture": capture,
    "recording": recording,
    "transcription": transcription,
    "drafting": drafting,
    "api": api,
    "review": review,
    "watch": watch,
    "commands": commands,
    "touches": touches,
    "exceptions": exceptions,
    "matching": matching,
    "planning": planning,
    "recurrence": recurrence,
}
PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def with_report(page: str, name: str, report: Report) -> str:
    section = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- /measured -->)", re.DOTALL)
    return section.sub(lambda match: f"{match[1]}{report.markdown()}\n{_machine()}\n{match[2]}", page)


def _machine() -> str:
    day = datetime.now(UTC).date()
    return f"Measured on {day} with {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}."


async def run(names: list[str], *, write: bool) -> None:
    for name in names:
        report = await BENCHMARKS[name]()
        report.show()
        if write:
            PAGE.write_text(with_report(PAGE.read_text(), name, report))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    asyncio.run(run(options.names or list(BENCHMARKS), write=options.write))


if __name__ == "__main__":
    main()
