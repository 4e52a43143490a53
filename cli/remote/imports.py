"""`homeroom students import FILE` and the like: imports rows from CSV or JSON lines and shows the report."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from cli.json_types import Json
from cli.remote.caller import REFUSED, Caller

if TYPE_CHECKING:
    from rich.progress import Progress

CSV, JSON_LINES = "text/csv", "application/x-ndjson"
_KINDS = {".csv": CSV, ".tsv": CSV, ".txt": CSV, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES}
_MAX_TRIES = 3

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        readable=True,
        help=".csv with a header, as spreadsheets save it, or .jsonl",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would happen to each row without writing anything.")
]


def import_file(caller: Caller, path: str, file: Path, dry_run: bool) -> None:
    """Import rows. Refused rows are printed as they come; the exit code is 1 if there are any."""
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise typer.BadParameter(f"{file.name} is none of .csv, .tsv, .txt and .jsonl.")
    screen, last = caller.screen, Json()
    with file.open("rb") as opened, _progress(silent=screen.as_json) as progress:
        shown = progress.add_task("rows", total=None, refused=0)
        refused = 0
        for line in _lines(caller, f"{path}/bulk", opened, kind, dry_run):
            last = line
            if "row" in line:
                refused += line["status"] == "refused"
                progress.update(shown, completed=line["row"], refused=refused)
            if screen.as_json:
                screen.record(line)
            elif line.get("status") == "refused":
                progress.console.print(_refusal(line))
            elif remark := line.get("remark"):
                progress.console.print(f"row {line['row']}: {remark}")
    if not last.get("done"):
        problem = last.get("problem", {})
        screen.note(
            f"Interrupted: {problem.get('detail', 'the response ended early')}. {problem.get('next_step', '')}".strip()
        )
        screen.note(
            "Accepted rows stay. If your rows have an external_id, import the file again to continue."
        )
    if not screen.as_json:
        would = "would be " if dry_run else ""
        print(f"{last.get('taken', 0):,} {would}accepted, {last.get('refused', 0):,} {would}refused.")
    if last.get("refused") or not last.get("done"):
        raise typer.Exit(REFUSED)


def _lines(caller: Caller, path: str, file: IO[bytes], kind: str, dry_run: bool) -> Iterator[Json]:
    """The lines of the report. An interrupted upload is repeated under the same key, so that no row comes twice."""
    import httpx2

    key, last_row = str(uuid4()), 0
    params = {"dry_run": "true"} if dry_run else {}
    for attempt in range(1, _MAX_TRIES + 1):
        file.seek(0)
        try:
            for line in caller.api.upload(path, file, kind, key, **params):
                if line.get("row", last_row + 1) > last_row:
                    last_row = line.get("row", last_row)
                    yield line
        except httpx2.TransportError:
            if attempt == _MAX_TRIES:
                raise
        else:
            return


def _refusal(line: Json) -> str:
    return f"row {line['row']} (line {line['line']}): {line['problem']['detail']}"


def _progress(*, silent: bool) -> "Progress":
    """A progress bar, on terminals only."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} rows, {task.fields[refused]:,} refused"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=silent or not sys.stderr.isatty())
