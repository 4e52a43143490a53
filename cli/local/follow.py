"""Reading logs as they grow."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cli.local.process import tail


def print_logs(files: Sequence[Path], *, lines: int, follow: bool, write: Callable[[str], None]) -> None:
    """The end of each file; with `follow` then what is appended, until Ctrl-C."""
    named = len(files) > 1
    positions: dict[Path, int] = {}
    for path in files:
        positions[path] = path.stat().st_size
        if named:
            write(f"==> {path.stem} <==")
        write(tail(path, lines))
    try:
        while follow:
            for path in files:
                for line in _appended(path, positions):
                    write(f"{path.stem}: {line}" if named else line)
            time.sleep(0.3)
    except KeyboardInterrupt:
        pass


def _appended(path: Path, positions: dict[Path, int]) -> list[str]:
    """Whole lines since the last look."""
    try:
        with path.open("rb") as handle:
            if handle.seek(0, os.SEEK_END) < positions[path]:
                positions[path] = 0
            handle.seek(positions[path])
            data = handle.read()
    except FileNotFoundError:
        return []
    whole = data[: data.rfind(b"\n") + 1]
    positions[path] += len(whole)
    return whole.decode(errors="replace").splitlines()
