"""What became of each row, as JSON lines that are sent while the work goes on; the last one has the totals."""

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
from services.bulk_import.importer import Outcome

MEDIA_TYPE = "application/x-ndjson"
_MOST_KEPT = 2_000_000  # bytes, compressed; a file with more refusals is tried again when it comes again
_AT_ONCE = 500  # lines


class Report:
    def __init__(self, dry_run: bool) -> None:
        self._dry_run = dry_run
        self._taken = self._refused = 0
        self._kept = io.BytesIO()
        self._refusals = gzip.GzipFile(fileobj=self._kept, mode="wb", compresslevel=3)

    def lines(self, outcomes: Sequence[Outcome]) -> bytes:
        return b"".join([self._line(one) for one in outcomes])

    def _line(self, outcome: Outcome) -> bytes:
        row = outcome.candidate
        if outcome.refusal is None:
            self._taken += 1
            return _taken(row.number, None if self._dry_run else row.id)
        self._refused += 1
        line = _json(
            {
                "row": row.number,
                "line": row.line,
                "status": "refused",
                "problem": problems.members_of_refusal(outcome.refusal),
            }
        )
        if self._kept.tell() < _MOST_KEPT:
            self._refusals.write(line)
        return line

    def end(self) -> bytes:
        return _json(self._totals() | {"done": True})

    def cut(self, error: HomeroomError) -> bytes:
        """The rest of the file was not looked at."""
        return _json(self._totals() | {"done": False, "problem": problems.members_of(error)})

    def _totals(self) -> dict[str, Any]:
        return {"taken": self._taken, "refused": self._refused} | ({"dry_run": True} if self._dry_run else {})

    def kept(self) -> dict[str, Any] | None:
        """What `told_again` makes the same report of; None where that would be too much."""
        self._refusals.close()
        if self._kept.tell() >= _MOST_KEPT:
            return None
        return self._totals() | {"refusals": base64.b64encode(self._kept.getvalue()).decode()}


def told_again(kept: Mapping[str, Any], id_of: Callable[[int], UUID]) -> Iterator[bytes]:
    """The report of a file that was worked on before."""
    refusals = gzip.GzipFile(fileobj=io.BytesIO(base64.b64decode(kept["refusals"])))
    dry_run, waiting = bool(kept.get("dry_run")), list[bytes]()
    refused = refusals.readline()
    for number in range(1, kept["taken"] + kept["refused"] + 1):
        if refused and orjson.loads(refused)["row"] == number:
            waiting.append(refused)
            refused = refusals.readline()
        else:
            waiting.append(_taken(number, None if dry_run else id_of(number)))
        if len(waiting) == _AT_ONCE:
            yield b"".join(waiting)
            waiting.clear()
    totals = {name: kept[name] for name in ("taken", "refused", "dry_run") if name in kept}
    yield b"".join(waiting) + _json(totals | {"done": True})


def _taken(number: int, key: UUID | None) -> bytes:
    return _json({"row": number, "status": "taken"} | ({"id": key} if key else {}))


def _json(line: Mapping[str, Any]) -> bytes:
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


class ReportStream(StreamingResponse):
    """Whatever becomes of the connection, `at_last` is done."""

    def __init__(
        self, lines: AsyncIterator[bytes] | Iterator[bytes], at_last: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(lines, media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
        self._at_last = at_last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._at_last()


_TAKEN = {
    "type": "object",
    "properties": {
        "row": {"type": "integer", "description": "Counts from 1, without header and empty lines."},
        "status": {"const": "taken"},
        "id": {"type": "string", "format": "uuid", "description": "Not there in a dry run."},
    },
    "required": ["row", "status"],
}
_REFUSED = {
    "type": "object",
    "properties": {
        "row": {"type": "integer"},
        "line": {"type": "integer", "description": "Of the file, where the row begins."},
        "status": {"const": "refused"},
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
    "required": ["row", "line", "status", "problem"],
}
_TOTALS = {
    "type": "object",
    "properties": {
        "taken": {"type": "integer"},
        "refused": {"type": "integer"},
        "done": {"type": "boolean", "description": "false: the rest of the file was not looked at."},
        "dry_run": {"const": True},
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
    "required": ["taken", "refused", "done"],
}
DESCRIBED = {
    "description": "A line per row, in their order, while the work goes on; the last line has the totals.",
    "content": {MEDIA_TYPE: {"schema": {"oneOf": [_TAKEN, _REFUSED, _TOTALS]}}},
}
