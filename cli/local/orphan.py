"""A postmaster that outlived its supervisor, or the pid file it left."""

import os
import signal
import time
from pathlib import Path

from cli.local.service import SetupError


def stop_orphan(data: Path, *, seconds: float) -> None:
    """Makes the data folder startable. The caller guarantees that no other supervisor serves it.

    A pid file whose pid is a zombie or another program makes Postgres refuse to start. With our pid in it,
    Postgres, being our child, takes it for stale but still checks the shared memory for survivors; a deleted
    file would skip that check.

    Raises SetupError if a living server on this folder does not end within `seconds`.
    """
    pid_file = data / "postmaster.pid"
    asked, end = False, time.monotonic() + seconds
    while pid_file.exists():
        lines = pid_file.read_text().split("\n")
        if not _serves(lines[0], data):
            if lines[0].strip():
                pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
            else:
                pid_file.unlink(missing_ok=True)
            break
        if time.monotonic() > end:
            raise SetupError(
                f"A PostgreSQL server (pid {lines[0]}) is using {data} and isn't stopping. Stop it first."
            )
        if not asked:
            os.kill(int(lines[0]), signal.SIGINT)
            asked = True
        time.sleep(0.02)
    for stale in data.glob(".s.PGSQL.*"):
        stale.unlink(missing_ok=True)


def _serves(pid: str, data: Path) -> bool:
    try:
        command = Path(f"/proc/{int(pid)}/cmdline").read_bytes().split(b"\0")
    except (ValueError, FileNotFoundError, ProcessLookupError):
        return False
    return str(data).encode() in command
