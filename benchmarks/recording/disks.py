"""Disks for a spool, which only root may mount: one that is soon full, and one that can lose its power."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1 << 20


def may_mount() -> bool:
    return os.geteuid() == 0


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"):
        yield folder


def fill(path: Path) -> None:
    """Writes zeros until the disk takes no more."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@dataclass(frozen=True)
class SyncedDisk:
    """A file system in a file. What was written to it and not synced is in the memory of the kernel alone."""

    folder: Path
    image: Path

    @contextmanager
    def after_power_loss(self, image: Path, folder: Path) -> Iterator[Path]:
        """The disk as it is when the machine loses its power now. Mounting it replays its journal."""
        shutil.copyfile(self.image, image)
        folder.mkdir()
        with _mounted(folder, "-o", "loop", str(image)):
            yield folder


@contextmanager
def synced_disk(image: Path, folder: Path, megabytes: int) -> Iterator[SyncedDisk]:
    with image.open("wb") as file:
        file.truncate(megabytes * MEGABYTE)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    folder.mkdir()
    with _mounted(folder, "-o", "loop", str(image)):
        yield SyncedDisk(folder, image)


@contextmanager
def _mounted(folder: Path, *mount: str) -> Iterator[None]:
    subprocess.run(["mount", *mount, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
