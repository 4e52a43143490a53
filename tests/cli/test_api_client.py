"""Retries of the API client: which requests are repeated, when, and with the same Idempotency-Key."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from cli.api_client import Api, ApiError

pytestmark = pytest.mark.adapter

Answer = tuple[int, dict[str, str], bytes]
BROKEN: Answer = (0, {}, b"")  # the connection breaks off without an answer


class Server:
    """An HTTP server that gives prepared responses and records the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.rfile.read(int(headers.get("content-length", 0)))
                server.requests.append((self.command, self.path, headers))
                status, response_headers, body = server.answers.pop(0)
                self.close_connection = True
                if not status:
                    return
                self.send_response(status)
                for name, value in response_headers.items():
                    self.send_header(name, value)
                self.send_header("connection", "close")
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def api(server: Server, pauses: list[float]) -> Iterator[Api]:
    opened = Api(server.url, "hr_a_b", pause=pauses.append)
    yield opened
    opened.close()


OK = (200, {"content-type": "application/json"}, b'{"id": "1"}')


def unavailable(status: int, **headers: str) -> Answer:
    return status, {"content-type": "application/problem+json", **headers}, b'{"code": "unavailable"}'


def test_an_interrupted_post_is_retried_under_the_same_key(server: Server, api: Api) -> None:
    server.answers = [BROKEN, unavailable(503, **{"retry-after": "2"}), OK]
    assert api.post("/v1/students", {"name": "Mia"}) == {"id": "1"}
    keys = {headers["idempotency-key"] for _, _, headers in server.requests}
    assert len(server.requests) == 3
    assert len(keys) == 1


def test_two_posts_have_two_keys(server: Server, api: Api) -> None:
    server.answers = [OK, OK]
    for _ in range(2):
        api.post("/v1/students", {"name": "Mia"})
    assert len({headers["idempotency-key"] for _, _, headers in server.requests}) == 2


def test_retries_wait_as_long_as_retry_after_says(server: Server, api: Api, pauses: list[float]) -> None:
    server.answers = [
        unavailable(429, **{"retry-after": "7"}),
        unavailable(503, **{"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}),
        OK,
    ]
    api.get("/v1/students")
    assert pauses[0] == 7
    assert 0 < pauses[1] < 7


def test_a_long_retry_after_is_raised_as_an_error(server: Server, api: Api, pauses: list[float]) -> None:
    server.answers = [unavailable(429, **{"retry-after": "3600"})]
    with pytest.raises(ApiError) as refused:
        api.get("/v1/students")
    assert refused.value.status == 429
    assert pauses == []


def test_retries_are_limited(server: Server, api: Api) -> None:
    server.answers = [unavailable(503)] * 4
    with pytest.raises(ApiError):
        api.get("/v1/students")
    assert server.answers == []
    server.answers = [BROKEN] * 4
    with pytest.raises(httpx2.TransportError):
        api.get("/v1/students")
    assert server.answers == []


def test_an_interrupted_patch_is_not_retried(server: Server, api: Api) -> None:
    server.answers = [BROKEN]
    with pytest.raises(httpx2.TransportError):
        api.patch("/v1/students/1", {"name": "Mia"}, '"3"')
    assert server.requests[0][2]["if-match"] == '"3"'


def test_a_refusal_is_not_retried(server: Server, api: Api) -> None:
    problem = b'{"code": "not-found", "detail": "there is none", "next_step": "Check the id."}'
    server.answers = [(404, {"content-type": "application/problem+json"}, problem)]
    with pytest.raises(ApiError, match=r"there is none Check the id\."):
        api.get("/v1/students/1")


def test_a_stream_resumes_after_the_last_event(server: Server, api: Api) -> None:
    kind = {"content-type": "text/event-stream"}
    server.answers = [
        (200, kind, b'retry: 1000\nid: 1-0\n\nid: 1-1\nevent: a.b\ndata: {"id": "1-1"}\n\n'),
        BROKEN,
        unavailable(503, **{"retry-after": "1"}),
        (200, kind, b': still here\n\nid: 1-2\ndata: {"id": "1-2"}\n\n'),
    ]
    events = api.live("/v1/events", kind="a.*")
    assert [next(events)["id"], next(events)["id"]] == ["1-1", "1-2"]
    assert [headers.get("last-event-id") for _, _, headers in server.requests] == [None, "1-1", "1-1", "1-1"]
    events.close()  # type: ignore[attr-defined]


def test_a_stream_fails_if_the_first_connection_fails() -> None:
    api = Api("http://127.0.0.1:1", "hr_a_b", pause=lambda _: None)
    with pytest.raises(httpx2.TransportError):
        next(api.live("/v1/events"))
    api.close()
