"""The HTTP API with one bearer token: pages walked, commands sent once, and tried again where that is safe."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, cast
from uuid import uuid4

import httpx

Json = dict[str, Any]

PAGE = 200  # the most the API gives at once
_PAUSES = (0.2, 0.5, 1.0)  # seconds before each further try, where the API names none
_LONGEST_WAIT = 60.0  # seconds; who is asked to wait longer is told so
_LATER = frozenset({429, 503})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
_STREAM = httpx.Timeout(30, read=60)  # the feed says every 15 s that it is there
_UPLOAD = httpx.Timeout(30, read=300)  # the first rows are told when all of the file has arrived


class ApiError(Exception):
    """The API refused; the text says what it said."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status = status
        self.problem = problem  # empty: the answer is none of Homeroom's
        said = f"{problem.get('detail', '')} {problem.get('next_step', '')}".strip()
        super().__init__(said or f"the server responded with {status}, which isn't from Homeroom")


class Api:
    """Transport errors pass through as httpx raises them."""

    def __init__(self, base_url: str, token: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = httpx.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        self._pause = pause

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        return _content(self._send("GET", path, params=given(params)))

    def read(self, path: str) -> tuple[Any, str]:
        """With its ETag, to change it."""
        answer = self._send("GET", path)
        return _content(answer), answer.headers.get("etag", "*")

    def post(self, path: str, body: Any = None) -> Any:
        """One effect, however often it has to be sent."""
        headers = {"Idempotency-Key": str(uuid4())}
        return _content(self._send("POST", path, json=body, headers=headers))

    def patch(self, path: str, body: Any, etag: str | None = None) -> Any:
        headers = {"If-Match": etag} if etag else {}
        return _content(self._send("PATCH", path, json=body, headers=headers))

    def delete(self, path: str) -> None:
        self._send("DELETE", path)

    def send_file(self, path: str, file: Path, name: str) -> Any:
        """As a form. One effect, however often it has to be sent."""
        headers = {"Idempotency-Key": str(uuid4())}
        form = {"file": (name, file.read_bytes())}
        return _content(self._send("POST", path, files=form, headers=headers))

    def upload(self, path: str, lines: IO[bytes], kind: str, key: str, **params: Any) -> Iterator[Json]:
        """Sends a file of rows, from where it is read on, and gives the report as it comes.

        Raises ApiError, and httpx.TransportError where it broke off: the same `key` goes on with the same file.
        """
        headers = {"Content-Type": kind, "Idempotency-Key": key}
        sent = self._client.stream(
            "POST", path, content=lines, params=params, headers=headers, timeout=_UPLOAD
        )
        with sent as answer:
            _sound(answer)
            for line in answer.iter_lines():
                yield json.loads(line)

    def pages(self, path: str, most: int | None = None, **params: Any) -> Iterator[Json]:
        """Rows of a list, page after page, as many as wanted."""
        cursor, got = None, 0
        while most is None or got < most:
            limit = PAGE if most is None else min(PAGE, most - got)
            page = self.get(path, limit=limit, cursor=cursor, **params)
            yield from page["items"]
            got, cursor = got + len(page["items"]), page["next_cursor"]
            if not cursor or not page["items"]:
                return

    def live(self, path: str, since: str | None = None, **params: Any) -> Iterator[Json]:
        """Server-sent events, for ever: what breaks off is taken up behind the last one.

        Without `since`, from now on. Raises ApiError, and httpx.TransportError where nobody answered yet.
        """
        place, heard = since, False
        while True:
            headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": place} if place else {})
            wait = _PAUSES[-1]
            try:
                stream = self._client.stream(
                    "GET", path, params=given(params), headers=headers, timeout=_STREAM
                )
                with stream as answer:
                    if answer.status_code in _LATER and heard:
                        wait = _asked_to_wait(answer) or wait
                    else:
                        heard = _sound(answer)
                        for field, value in _fields(answer):
                            if field == "id":
                                place = value
                            elif field == "data":
                                yield json.loads(value)
            except httpx.TransportError:
                if not heard:
                    raise
            self._pause(wait)

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        for pause in (*_PAUSES, None):
            try:
                answer = self._client.request(method, path, **request)
            except httpx.TransportError as error:
                again = method != "PATCH" or isinstance(error, _NEVER_SENT)
                if pause is None or not again or isinstance(error, httpx.UnsupportedProtocol):
                    raise
                self._pause(pause)
                continue
            wait = _asked_to_wait(answer) if answer.status_code in _LATER else None
            if wait is None or pause is None or wait > _LONGEST_WAIT:
                break
            self._pause(max(pause, wait))
        _sound(answer)
        return answer


def given(params: Mapping[str, Any]) -> Json:
    """Without what was left out."""
    return {name: value for name, value in params.items() if value not in (None, "", [])}


def _asked_to_wait(answer: httpx.Response) -> float:
    """Seconds; Retry-After names them, or a date."""
    told = answer.headers.get("retry-after", "")
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _sound(answer: httpx.Response) -> bool:
    """Raises ApiError."""
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


def _content(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        raise ApiError(answer.status_code, {}) from None


def _fields(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    for line in answer.iter_lines():
        field, _, value = line.partition(":")
        yield field, value.removeprefix(" ")
