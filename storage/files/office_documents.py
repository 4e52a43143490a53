"""Office documents are archives. One that would not fit when unpacked, or hides others, is refused.

What an archive says of itself is not believed: everything in it is unpacked once, with a limit, and thrown away.
"""

import re
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from domain.errors import FileRefused
from domain.record.files import DOCUMENTS, DOCX, PPTX, XLSX, FileKind

MOST_ENTRIES = 5_000
MOST_UNPACKED = 200_000_000  # bytes, archives within the archive included
MOST_RATIO = 200  # unpacked to packed; text in documents has up to 30
MOST_DEPTH = 2  # a chart in a presentation holds its table as a document
_SMALL = 1_000_000  # bytes for which no ratio is too much
_CHUNK = 1 << 16
_ZIP, _END = b"PK\x03\x04", b"PK\x05\x06"
_END_WITHIN = 22 + 65_535  # bytes from the end of an archive, its comment included
_MOST_LISTED = MOST_ENTRIES * 400  # bytes of the list of parts
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|basic/|scripts/)", re.IGNORECASE)
_MAIN_PART = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
    b"presentationml.presentation.main+xml": PPTX,
}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass
class _Budget:
    """What an archive and all archives in it may take together."""

    entries: int = MOST_ENTRIES
    unpacked: int = MOST_UNPACKED

    def spend(self, entries: int = 0, unpacked: int = 0) -> None:
        self.entries -= entries
        self.unpacked -= unpacked
        if self.entries < 0:
            raise FileRefused(f"the document contains more than {MOST_ENTRIES} parts")
        if self.unpacked < 0:
            raise FileRefused(f"the document has more than {MOST_UNPACKED // 1_000_000} MB when unpacked")


def document_kind(file: IO[bytes]) -> FileKind:
    """Raises FileRefused for what is no document, or not a safe one."""
    try:
        _check_list(file)
        with zipfile.ZipFile(file) as archive:
            _check(archive, _Budget(), 1)
            return _kind(archive)
    except _BROKEN as error:
        raise FileRefused("the document is damaged", next_step="Save it again.") from error


def _check_list(file: IO[bytes]) -> None:
    """The list of parts is read whole when an archive is opened, so its length is looked at before."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_WITHIN))
    tail = file.read()
    for found in re.finditer(re.escape(_END), tail):
        listed = int.from_bytes(tail[found.start() + 12 : found.start() + 16], "little")
        if listed > _MOST_LISTED:
            raise FileRefused(f"the document contains more than {MOST_ENTRIES} parts")


def _check(archive: zipfile.ZipFile, budget: _Budget, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise FileRefused("the document contains archives within archives")
    parts = archive.infolist()
    budget.spend(entries=len(parts))
    for part in parts:
        _check_part(archive, part, budget, depth)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget, depth: int) -> None:
    if part.flag_bits & _ENCRYPTED or part.compress_type not in _METHODS:
        raise FileRefused("the document is protected by a password", next_step="Save it without one.")
    if part.filename.startswith("/") or ".." in part.filename.split("/"):
        raise FileRefused("the document is damaged: one of its parts lies outside it")
    if _MACROS.search(part.filename):
        raise FileRefused("the document has macros", next_step="Save it without macros.")
    if part.file_size > max(_SMALL, MOST_RATIO * part.compress_size):
        raise FileRefused("part of the document is far larger than it claims")
    inner = _unpacked(archive, part, budget)
    if inner is not None:
        with inner:
            _check_list(inner)
            with zipfile.ZipFile(inner) as nested:
                _check(nested, budget, depth + 1)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget) -> IO[bytes] | None:
    """Counts what comes out; returns what is an archive itself, for the caller to close."""
    with archive.open(part) as stream:
        chunk = stream.read(_CHUNK)
        kept = tempfile.SpooledTemporaryFile(_SMALL) if chunk.startswith(_ZIP) else None  # noqa: SIM115
        while chunk:
            budget.spend(unpacked=len(chunk))
            if kept is not None:
                kept.write(chunk)
            chunk = stream.read(_CHUNK)
    return kept


def _kind(archive: zipfile.ZipFile) -> FileKind:
    names = set(archive.namelist())
    if "mimetype" in names:
        told = _read(archive, "mimetype").decode("ascii", "replace").strip()
        found = next((kind for kind in DOCUMENTS if kind.media_type == told), None)
    elif "[Content_Types].xml" in names:
        types = _read(archive, "[Content_Types].xml")
        found = next((kind for main, kind in _MAIN_PART.items() if main in types), None)
    else:
        found = None
    if found is None:
        raise FileRefused("this kind of archive isn't accepted", next_step="Send its files one by one.")
    return found


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_SMALL)
