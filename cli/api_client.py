"""A client of Homeroom's HTTP API: pagination, idempotent POSTs, safe retries and event streams."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, cast
from uuid import uuid4

import httpx2

from cli.json_types import Json

PAGE = 200  # the largest page that the API returns
_RETRY_PAUSES = (0.2, 0.5, 1.0)  # seconds before each retry, unless Retry-After says longer
_MAX_WAIT = 60.0  # seconds; a longer Retry-After is raised as ApiError
_RETRYABLE = frozenset({429, 503})
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout)
_STREAM_TIMEOUT = httpx2.Timeout(30, read=60)  # the feed sends a keep-alive every 15 s
_UPLOAD_TIMEOUT = httpx2.Timeout(30, read=300)  # the report starts when the whole file has arrived


class ApiError(Exception):
    """The API refused the request; the text is the problem's detail and next step."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status = status
        self.problem = problem  # empty if the response is not from Homeroom
        message = f"{problem.get('detail', '')} {problem.get('next_step', '')}".strip()
        super().__init__(message or f"the server responded with {status}, which isn't from Homeroom")


class Api:
    """The API with one bearer token. Methods raise ApiError, and httpx2.TransportError when all retries failed."""

    def __init__(self, base_url: str, token: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = httpx2.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            # Loading the certificates takes longer than a request, and plain HTTP has none to verify.
            verify=base_url.startswith("https://"),
        )
        self._pause = pause

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        return _content(self._send("GET", path, params=without_empty(params)))

    def read(self, path: str) -> tuple[Any, str]:
        """A resource and its ETag, which `patch` takes."""
        answer = self._send("GET", path)
        return _content(answer), answer.headers.get("etag", "*")

    def post(self, path: str, body: Any = None) -> Any:
        """Has one effect, however often it is retried."""
        headers = {"Idempotency-Key": str(uuid4())}
        return _content(self._send("POST", path, json=body, headers=headers))

    def patch(self, path: str, body: Any, etag: str | None = None) -> Any:
        headers = {"If-Match": etag} if etag else {}
        return _content(self._send("PATCH", path, json=body, headers=headers))

    def put(self, path: str, body: Any = None) -> Any:
        return _content(self._send("PUT", path, json=body))

    def delete(self, path: str) -> None:
        self._send("DELETE", path)

    def send_file(self, path: str, file: Path, name: str) -> Any:
        """Upload a file as a form. Has one effect, however often it is retried."""
        headers = {"Idempotency-Key": str(uuid4())}
        form = {"file": (name, file.read_bytes())}
        return _content(self._send("POST", path, files=form, headers=headers))

    def upload(self, path: str, lines: IO[bytes], kind: str, key: str, **params: Any) -> Iterator[Json]:
        """Upload rows for a bulk import, from the file's current position; yields the report's lines as they come.

        It is not retried: after an httpx2.TransportError, send the same file under the same `key` to continue.
        """
        headers = {"Content-Type": kind, "Idempotency-Key": key}
        sent = self._client.stream(
            "POST", path, content=lines, params=params, headers=headers, timeout=_UPLOAD_TIMEOUT
        )
        with sent as answer:
            _check(answer)
            for line in answer.iter_lines():
                yield json.loads(line)

    def pages(self, path: str, most: int | None = None, **params: Any) -> Iterator[Json]:
        """The rows of a list, page after page; at most `most`."""
        cursor, count = None, 0
        while most is None or count < most:
            limit = PAGE if most is None else min(PAGE, most - count)
            page = self.get(path, limit=limit, cursor=cursor, **params)
            yield from page["items"]
            count, cursor = count + len(page["items"]), page["next_cursor"]
            if not cursor or not page["items"]:
                return

    def live(self, path: str, since: str | None = None, **params: Any) -> Iterator[Json]:
        """Server-sent events, endlessly: a broken connection is resumed after the last event.

        Without `since`, from now on. Raises httpx2.TransportError only if the first connection fails.
        """
        last_id, connected = since, False
        while True:
            headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
            wait = _RETRY_PAUSES[-1]
            try:
                stream = self._client.stream(
                    "GET", path, params=without_empty(params), headers=headers, timeout=_STREAM_TIMEOUT
                )
                with stream as answer:
                    if answer.status_code in _RETRYABLE and connected:
                        wait = _retry_after(answer) or wait
                    else:
                        connected = _check(answer)
                        for field, value in _fields(answer):
                            if field == "id":
                                last_id = value
                            elif field == "data":
                                yield json.loads(value)
            except httpx2.TransportError:
                if not connected:
                    raise
            self._pause(wait)

    def _send(self, method: str, path: str, **request: Any) -> httpx2.Response:
        for pause in (*_RETRY_PAUSES, None):
            try:
                answer = self._client.request(method, path, **request)
            except httpx2.TransportError as error:
                # A PATCH that reached the server would be refused the second time: its ETag is outdated.
                repeatable = method != "PATCH" or isinstance(error, _NEVER_SENT)
                if pause is None or not repeatable or isinstance(error, httpx2.UnsupportedProtocol):
                    raise
                self._pause(pause)
                continue
            wait = _retry_after(answer) if answer.status_code in _RETRYABLE else None
            if wait is None or pause is None or wait > _MAX_WAIT:
                break
            self._pause(max(pause, wait))
        _check(answer)
        return answer


def without_empty(params: Mapping[str, Any]) -> Json:
    """The parameters that have a value."""
    return {name: value for name, value in params.items() if value not in (None, "", [])}


def _retry_after(answer: httpx2.Response) -> float:
    """Seconds to wait according to Retry-After, which holds seconds or a date; 0 without it."""
    retry_after = answer.headers.get("retry-after", "")
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _check(answer: httpx2.Response) -> bool:
    """True for a success. Raises ApiError."""
    if answer.is_success:
        return True
    answer.read()
    problem: Any = None
    if "json" in answer.headers.get("content-type", ""):
        try:
            problem = answer.json()
        except ValueError:
            problem = None
    raise ApiError(answer.status_code, cast("Json", problem) if isinstance(problem, dict) else {})


def _content(answer: httpx2.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        raise ApiError(answer.status_code, {}) from None


def _fields(answer: httpx2.Response) -> Iterator[tuple[str, str]]:
    """The fields of server-sent events: name and value."""
    for line in answer.iter_lines():
        field, _, value = line.partition(":")
        yield field, value.removeprefix(" ")
