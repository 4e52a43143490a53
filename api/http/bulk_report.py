"""The report of a bulk import: a JSON line with the outcome of each row, then a line with the totals."""

import base64
import gzip
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import anyio
import orjson
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http import problems
from domain.errors import HomeroomError
from domain.sessions.booking_imports import RowOutcome
from models.booking_import import BookingImportRow
from services.bulk_import.booking_runs import refusal_of
from services.bulk_import.importer import Outcome

MEDIA_TYPE = "application/x-ndjson"
_MAX_SAVED = 2_000_000  # bytes, compressed; a file with more refusals is imported anew when it is sent again
_LINES_PER_CHUNK = 500


class Report:
    """Writes the report line by line, and collects refusals and remarks so that it can be replayed."""

    def __init__(self, dry_run: bool) -> None:
        self._dry_run = dry_run
        self._taken = self._refused = 0
        self._saved_lines = io.BytesIO()
        self._lines = gzip.GzipFile(fileobj=self._saved_lines, mode="wb", compresslevel=3)

    def lines(self, outcomes: Sequence[Outcome]) -> bytes:
        return b"".join([self._line(outcome) for outcome in outcomes])

    def _line(self, outcome: Outcome) -> bytes:
        row = outcome.candidate
        problem = problems.refusal_members(outcome.refusal) if outcome.refusal else None
        return self.row(row.number, row.line, row.id, problem, outcome.remark)

    def row(
        self, number: int, line: int, key: UUID | None, problem: Mapping[str, Any] | None, remark: str
    ) -> bytes:
        """The line about a row; `problem` says why it is refused, None: it is taken."""
        if problem is None:
            self._taken += 1
            written = _taken_line(number, None if self._dry_run else key, remark)
            if remark:
                self._save(written)
            return written
        self._refused += 1
        written = _json_line({"row": number, "line": line, "status": "refused", "problem": problem})
        self._save(written)
        return written

    def _save(self, line: bytes) -> None:
        if self._saved_lines.tell() < _MAX_SAVED:
            self._lines.write(line)

    def end(self) -> bytes:
        """The last line of a complete import."""
        return _json_line(self._totals() | {"done": True})

    def interrupted(self, error: HomeroomError) -> bytes:
        """The last line of an import that stopped before the end of its file."""
        return _json_line(self._totals() | {"done": False, "problem": problems.error_members(error)})

    def _totals(self) -> dict[str, Any]:
        return {"taken": self._taken, "refused": self._refused} | ({"dry_run": True} if self._dry_run else {})

    def saved(self) -> dict[str, Any] | None:
        """The data from which `replay` writes the same report; None if there are too many refusals to save."""
        self._lines.close()
        if self._saved_lines.tell() >= _MAX_SAVED:
            return None
        return self._totals() | {"refusals": base64.b64encode(self._saved_lines.getvalue()).decode()}


def problem_of(row: BookingImportRow) -> dict[str, Any] | None:
    """Why a row is or was refused, as in other responses; None: it is not."""
    if row.outcome not in (RowOutcome.REFUSED, RowOutcome.DISMISSED):
        return None
    refusal = refusal_of(row.problem)
    if isinstance(refusal, HomeroomError):
        return problems.error_members(refusal)
    return problems.validation_members(refusal)


def replay(saved: Mapping[str, Any], id_of: Callable[[int], UUID]) -> Iterator[bytes]:
    """The report of an earlier import, from what `Report.saved` returned. `id_of` gives the id of a row number."""
    lines = gzip.GzipFile(fileobj=io.BytesIO(base64.b64decode(saved["refusals"])))
    dry_run, chunk = bool(saved.get("dry_run")), list[bytes]()
    next_line = lines.readline()
    for number in range(1, saved["taken"] + saved["refused"] + 1):
        if next_line and orjson.loads(next_line)["row"] == number:
            chunk.append(next_line)
            next_line = lines.readline()
        else:
            chunk.append(_taken_line(number, None if dry_run else id_of(number)))
        if len(chunk) == _LINES_PER_CHUNK:
            yield b"".join(chunk)
            chunk.clear()
    totals = {name: saved[name] for name in ("taken", "refused", "dry_run") if name in saved}
    yield b"".join(chunk) + _json_line(totals | {"done": True})


def _taken_line(number: int, key: UUID | None, remark: str = "") -> bytes:
    more = ({"id": key} if key else {}) | ({"remark": remark} if remark else {})
    return _json_line({"row": number, "status": "taken"} | more)


def _json_line(line: Mapping[str, Any]) -> bytes:
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


class ReportStream(StreamingResponse):
    """Streams the report, then runs `cleanup`, also if the client disconnects."""

    def __init__(
        self, lines: AsyncIterator[bytes] | Iterator[bytes], cleanup: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(lines, media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
        self._cleanup = cleanup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._cleanup()


_TAKEN_LINE = {
    "type": "object",
    "properties": {
        "row": {
            "type": "integer",
            "description": "The row's number, from 1. The header and blank rows don't count.",
        },
        "status": {"const": "taken"},
        "id": {"type": "string", "format": "uuid", "description": "Missing in a dry run."},
        "remark": {"type": "string", "description": "What may be a mistake in this row; usually missing."},
    },
    "required": ["row", "status"],
}
_REFUSED_LINE = {
    "type": "object",
    "properties": {
        "row": {"type": "integer"},
        "line": {"type": "integer", "description": "The line of the file where the row starts."},
        "status": {"const": "refused"},
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
    "required": ["row", "line", "status", "problem"],
}
_TOTALS_LINE = {
    "type": "object",
    "properties": {
        "taken": {"type": "integer"},
        "refused": {"type": "integer"},
        "done": {"type": "boolean", "description": "`false` if the import stopped early."},
        "dry_run": {"const": True},
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
    "required": ["taken", "refused", "done"],
}
RESPONSE = {
    "description": "One line per row, in order, streamed during the import. The last line has the totals.",
    "content": {MEDIA_TYPE: {"schema": {"oneOf": [_TAKEN_LINE, _REFUSED_LINE, _TOTALS_LINE]}}},
}
