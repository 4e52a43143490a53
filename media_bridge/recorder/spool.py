"""Keeps a session's audio on the local disk until it is in the object store. It survives the recorder's death.

<root>/<session id>/<recorder id>.lock                   locked for as long as the recorder lives
<root>/<session id>/<recorder id>.<track>.<seq>.pcm      an open segment: see write_ahead.py
<root>/<session id>/<recorder id>.<track>.<seq>.audio    a finished segment,
<root>/<session id>/<recorder id>.<track>.<seq>.json     and its manifest entry, written last
"""

import fcntl
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from domain.errors import MalformedEvent
from domain.record.recording import AudioSegment
from media_bridge.recorder.manifest import decode_entry, encode_entry
from media_bridge.recorder.write_ahead import stem

_UNREADABLE = ".unreadable"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SpooledSegment:
    """A segment in the spool and the paths of its two files."""

    segment: AudioSegment
    audio: Path
    entry: Path  # written last: an audio file without it is not finished

    def read_audio(self) -> bytes | None:
        """The audio file; None if somebody has taken it out of the spool. Raises OSError."""
        try:
            return self.audio.read_bytes()
        except FileNotFoundError:
            _log.error("a segment is gone from the spool", extra={"file": self.audio.name})
            return None


class Claim:
    """The lock on the files of one recorder. It ends with `release()` or with the process."""

    def __init__(self, recorder_id: str, path: Path, descriptor: int) -> None:
        self.recorder_id, self._path, self._descriptor = recorder_id, path, descriptor

    def release(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


class Spool:
    """The spool folder of one session, readable by this user alone. Its calls block: run them in a thread."""

    def __init__(self, root: Path, session_id: UUID) -> None:
        self.session_id = session_id
        self.folder = root / str(session_id)

    def claim(self, recorder_id: str) -> Claim | None:
        """Takes the files of a recorder; None while that recorder, or another process that takes them, is alive.

        Raises OSError.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{recorder_id}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(descriptor).st_ino:  # else it was released in between
                return Claim(recorder_id, path, descriptor)
        except OSError:
            pass
        os.close(descriptor)
        return None

    def recorders(self) -> list[str]:
        """The recorders whose files are in the folder, whether they live or not."""
        with suppress(FileNotFoundError):
            names = [path.name for path in self.folder.iterdir()]
            return sorted({name.split(".", 1)[0] for name in names if not name.endswith(_UNREADABLE)})
        return []

    def save(self, segment: AudioSegment, audio: bytes) -> SpooledSegment:
        """Writes the audio file and its entry; returns when both are synced to disk. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = stem(segment.recorder_id, segment.track_sid, segment.seq)
        audio_path, entry_path = self.folder / f"{name}.audio", self.folder / f"{name}.json"
        _write(audio_path, audio)
        _write(entry_path, encode_entry(segment))
        return SpooledSegment(segment, audio_path, entry_path)

    def finished(self, recorder_id: str) -> list[SpooledSegment]:
        """The finished segments of a recorder, oldest first. Entries that cannot be read are set aside."""
        spooled = []
        for entry in self._files(recorder_id, "json"):
            try:
                spooled.append(
                    SpooledSegment(decode_entry(entry.read_bytes()), entry.with_suffix(".audio"), entry)
                )
            except MalformedEvent:
                self.set_aside(entry)
        return sorted((s for s in spooled if s.audio.exists()), key=lambda s: s.segment.started_at)

    def unfinished(self, recorder_id: str) -> list[Path]:
        """The files of a recorder's open segments, in the order of their track and number."""
        return self._files(recorder_id, "pcm")

    def set_aside(self, path: Path) -> None:
        """Keeps a file that cannot be read, for somebody to look at, where nobody tries it again."""
        _log.error("a file in the spool cannot be read", extra={"file": path.name})
        path.rename(path.with_name(path.name + _UNREADABLE))

    def discard(self, spooled: SpooledSegment) -> None:
        """Deletes both files of a segment."""
        spooled.entry.unlink(missing_ok=True)
        spooled.audio.unlink(missing_ok=True)

    def clean_up(self, recorder_id: str) -> None:
        """Removes half-written files of a recorder whose claim the caller holds."""
        for path in self._files(recorder_id, "part"):
            path.unlink(missing_ok=True)

    def remove_if_empty(self) -> None:
        with suppress(OSError):
            self.folder.rmdir()

    def _files(self, recorder_id: str, suffix: str) -> list[Path]:
        return sorted(self.folder.glob(f"{recorder_id}.*.{suffix}")) if self.folder.is_dir() else []


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)  # a full disk needs the room
        raise


def session_spools(root: Path) -> list[Spool]:
    """The spools of all sessions on this machine."""
    spools = []
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        with suppress(ValueError):
            spools.append(Spool(root, UUID(folder.name)))
    return spools
