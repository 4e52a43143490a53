"""Detects office documents, which are zip archives, and refuses zip bombs, macros and encrypted documents.

The sizes that an archive declares are not trusted: every part is unpacked once, up to a limit, and discarded.
"""

import re
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from domain.errors import FileRefused
from domain.record.files import DOCUMENTS, DOCX, PPTX, XLSX, FileKind

MAX_ENTRIES = 5_000
MAX_UNPACKED = 200_000_000  # bytes, nested archives included
MAX_RATIO = 200  # unpacked to packed; text in documents reaches 30
MAX_DEPTH = 2  # a chart in a presentation holds its table as a document
_SMALL_BYTES = 1_000_000  # up to this size any ratio is accepted
_CHUNK = 1 << 16
_ZIP, _END_RECORD = b"PK\x03\x04", b"PK\x05\x06"
_END_RECORD_WITHIN = 22 + 65_535  # bytes at the end of an archive: the record and the longest comment
_MAX_DIRECTORY_BYTES = MAX_ENTRIES * 400  # of the central directory
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|basic/|scripts/)", re.IGNORECASE)
_MAIN_PART = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
    b"presentationml.presentation.main+xml": PPTX,
}
_DAMAGE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@dataclass
class _Budget:
    """What an archive and its nested archives may use together."""

    entries: int = MAX_ENTRIES
    unpacked: int = MAX_UNPACKED

    def spend(self, entries: int = 0, unpacked: int = 0) -> None:
        self.entries -= entries
        self.unpacked -= unpacked
        if self.entries < 0:
            raise FileRefused(f"the document contains more than {MAX_ENTRIES} parts")
        if self.unpacked < 0:
            raise FileRefused(f"the document has more than {MAX_UNPACKED // 1_000_000} MB when unpacked")


def document_kind(file: IO[bytes]) -> FileKind:
    """The kind of an office document. Raises FileRefused for any other archive or an unsafe document."""
    try:
        _check_directory_size(file)
        with zipfile.ZipFile(file) as archive:
            _check(archive, _Budget(), 1)
            return _kind(archive)
    except _DAMAGE_ERRORS as error:
        raise FileRefused("the document is damaged", next_step="Save it again.") from error


def _check_directory_size(file: IO[bytes]) -> None:
    """Checks the size of the central directory first, because opening an archive reads all of it into memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_RECORD_WITHIN))
    tail = file.read()
    for record in re.finditer(re.escape(_END_RECORD), tail):
        directory_bytes = int.from_bytes(tail[record.start() + 12 : record.start() + 16], "little")
        if directory_bytes > _MAX_DIRECTORY_BYTES:
            raise FileRefused(f"the document contains more than {MAX_ENTRIES} parts")


def _check(archive: zipfile.ZipFile, budget: _Budget, depth: int) -> None:
    if depth > MAX_DEPTH:
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
    if part.file_size > max(_SMALL_BYTES, MAX_RATIO * part.compress_size):
        raise FileRefused("part of the document is far larger than it claims")
    inner = _unpacked(archive, part, budget)
    if inner is not None:
        with inner:
            _check_directory_size(inner)
            with zipfile.ZipFile(inner) as nested:
                _check(nested, budget, depth + 1)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget) -> IO[bytes] | None:
    """Unpacks a part against the budget. Returns a nested archive, which the caller closes, else None."""
    with archive.open(part) as stream:
        chunk = stream.read(_CHUNK)
        kept = tempfile.SpooledTemporaryFile(_SMALL_BYTES) if chunk.startswith(_ZIP) else None  # noqa: SIM115
        while chunk:
            budget.spend(unpacked=len(chunk))
            if kept is not None:
                kept.write(chunk)
            chunk = stream.read(_CHUNK)
    return kept


def _kind(archive: zipfile.ZipFile) -> FileKind:
    names = set(archive.namelist())
    if "mimetype" in names:
        media_type = _read(archive, "mimetype").decode("ascii", "replace").strip()
        kind = next((kind for kind in DOCUMENTS if kind.media_type == media_type), None)
    elif "[Content_Types].xml" in names:
        types = _read(archive, "[Content_Types].xml")
        kind = next((kind for main, kind in _MAIN_PART.items() if main in types), None)
    else:
        kind = None
    if kind is None:
        raise FileRefused("this kind of archive isn't accepted", next_step="Send its files one by one.")
    return kind


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_SMALL_BYTES)
