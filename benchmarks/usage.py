"""CPU time and memory of processes, from /proc."""

import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def family(pid: int) -> list[int]:
    """The ids of a process and of all its descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
            children[parent].append(int(path.parent.name))
    members = [pid]
    for member in members:
        members += children[member]
    return members


@dataclass(frozen=True)
class Memory:
    """Megabytes. Memory shared between processes counts in `own` by its share, in `resident` in full."""

    own: float
    resident: float


def memory(pid: int) -> Memory:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(kilobytes["Pss"] / 1024, kilobytes["Rss"] / 1024)
