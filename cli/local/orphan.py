"""Stops a PostgreSQL server that outlived its supervisor, and cleans up the pid file it left."""

import os
import signal
import time
from pathlib import Path

from cli.local.service import SetupError


def stop_orphan(data: Path, *, seconds: float) -> None:
    """Make the data folder startable again. The caller ensures that no other supervisor uses it.

    Postgres refuses to start if the pid in the pid file belongs to a zombie or another program. So the file gets our
    own pid: Postgres, as our child, considers that stale, and still checks the shared memory for surviving backends.
    Deleting the file would skip that check.

    Raises SetupError if a running server on this folder does not stop within `seconds`.
    """
    pid_file = data / "postmaster.pid"
    signalled, end = False, time.monotonic() + seconds
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
        if not signalled:
            os.kill(int(lines[0]), signal.SIGINT)
            signalled = True
        time.sleep(0.02)
    for stale in data.glob(".s.PGSQL.*"):
        stale.unlink(missing_ok=True)


def _serves(pid: str, data: Path) -> bool:
    """Whether the process is a server on this data folder."""
    try:
        command = Path(f"/proc/{int(pid)}/cmdline").read_bytes().split(b"\0")
    except (ValueError, FileNotFoundError, ProcessLookupError):
        return False
    return str(data).encode() in command
