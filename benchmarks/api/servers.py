"""Starts a server process with one worker."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from cli.local.ports import free_ports


@dataclass(frozen=True)
class Server:
    url: str
    pid: int


@contextmanager
def serving(app: str, environ: Mapping[str, str], *more: str) -> Iterator[Server]:
    """`app` is named as uvicorn names it; `more` are further options of uvicorn."""
    port = free_ports(app)[app]
    command = [sys.executable, "-m", "uvicorn", app, *more, "--port", str(port), "--no-access-log"]
    process = subprocess.Popen(
        [*command, "--log-level", "warning"], env={**os.environ, **environ}, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/docs-or-nothing", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not serve")
