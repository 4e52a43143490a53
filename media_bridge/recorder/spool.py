"""Keeps finished segments on the local disk until they are in the object store. They survive the process's death."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from domain.record.recording import AudioSegment
from media_bridge.recorder.manifest import decode_entry, encode_entry

_STALE_SECONDS = 3600


@dataclass(frozen=True)
class SpooledSegment:
    """A segment in the spool and the paths of its two files."""

    segment: AudioSegment
    audio: Path
    entry: Path  # written last: an audio file without it is not finished


class Spool:
    """The spool folder of one session, readable by this user alone. Its calls block: run them in a thread."""

    def __init__(self, root: Path, session_id: UUID) -> None:
        self._folder = root / str(session_id)

    def save(self, segment: AudioSegment, audio: bytes) -> SpooledSegment:
        """Writes the audio file and its entry; returns when both are synced to disk."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stem = f"{segment.track_sid}-{segment.recorder_id}-{segment.seq:06d}"
        audio_path, entry_path = self._folder / f"{stem}.audio", self._folder / f"{stem}.json"
        _write(audio_path, audio)
        _write(entry_path, encode_entry(segment))
        return SpooledSegment(segment, audio_path, entry_path)

    def leftovers(self) -> list[SpooledSegment]:
        """Finished segments in the folder, oldest first."""
        entries: list[Path] = sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []
        spooled = [SpooledSegment(decode_entry(e.read_bytes()), e.with_suffix(".audio"), e) for e in entries]
        return sorted((s for s in spooled if s.audio.exists()), key=lambda s: s.segment.started_at)

    def discard(self, spooled: SpooledSegment) -> None:
        """Deletes both files of a segment."""
        spooled.entry.unlink(missing_ok=True)
        spooled.audio.unlink(missing_ok=True)

    def remove_stale_files(self) -> None:
        """Removes half-written files of a killed process that are over an hour old, and the folder if it is empty."""
        for unfinished in self._folder.glob("*.part"):
            if time.time() - unfinished.stat().st_mtime > _STALE_SECONDS:
                unfinished.unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def session_spools(root: Path) -> list[Spool]:
    """The spools of all sessions on this machine."""
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return [Spool(root, UUID(folder.name)) for folder in folders]
