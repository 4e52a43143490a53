"""`python -m benchmarks.commands`: seconds until a command answers, in turns with a bare script that does the same."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread

from benchmarks.report import Report, Verdict, at_most, counting

MOST = 1.3  # times the bare script's seconds
ROUNDS = 9
_ROWS = [{"name": f"Student {number}", "time_zone": "UTC", "id": str(number)} for number in range(50)]
_BARE = "import httpx, sys; print(httpx.Client(base_url=sys.argv[1]).get('/v1/students').json())"
_HOMEROOM = [sys.executable, "-m", "cli.main"]
_BASE = "a script with httpx: one list"


class _List(BaseHTTPRequestHandler):
    """Answers every request with one page of a list."""

    def do_GET(self) -> None:
        body = json.dumps({"items": _ROWS, "next_cursor": None}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _List)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _seconds(command: list[str]) -> float:
    # Without the settings of a stack on this machine, which would be asked instead, and with compiled modules.
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HOMEROOM_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    began = time.perf_counter()
    subprocess.run(
        command,
        env=environ | {"HOMEROOM_HOME": os.devnull, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


async def measure(rounds: int = ROUNDS) -> Report:
    with _server() as url:
        connection = ["--api-url", url, "--api-key", "none"]
        commands = {
            "the interpreter alone": [sys.executable, "-c", "pass"],
            _BASE: [sys.executable, "-c", _BARE, url],
            "homeroom --help": [*_HOMEROOM, "--help"],
            "homeroom sessions book --help": [*_HOMEROOM, "sessions", "book", "--help"],
            "homeroom students list --json": [*_HOMEROOM, "students", "list", "--json", *connection],
            "homeroom students list": [*_HOMEROOM, "students", "list", *connection],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():
            await asyncio.to_thread(_seconds, command)  # compiles modules that have not run before
        count = counting("round")
        for number in range(1, rounds + 1):
            for name, command in commands.items():
                seconds[name].append(await asyncio.to_thread(_seconds, command))
            count(number, rounds)
    return Report(
        "benchmarks.commands",
        ("command", "seconds", "of the script's"),
        [[name, f"{median(own):.2f}", f"{_ratio(own, seconds[_BASE]):.2f}"] for name, own in seconds.items()],
        _verdicts(seconds),
    )


def _verdicts(seconds: dict[str, list[float]]) -> list[Verdict]:
    return [
        at_most(f"{name} / {_BASE}", round(_ratio(own, seconds[_BASE]), 2), MOST)
        for name, own in seconds.items()
        if name.startswith("homeroom")
    ]


def _ratio(own: list[float], base: list[float]) -> float:
    """The median of the rounds' ratios, since other work on the machine differs from round to round."""
    return median(one / other for one, other in zip(own, base, strict=True))


if __name__ == "__main__":
    asyncio.run(measure()).show()
