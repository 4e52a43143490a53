"""Which files a class or another subject can have, and how they are given out."""

import re
from dataclasses import dataclass
from uuid import UUID

MAX_BYTES = 25_000_000
MAX_FILES = 200  # in use, of one subject


@dataclass(frozen=True)
class FileKind:
    """A kind of file that is accepted."""

    name: str
    media_type: str
    extensions: tuple[str, ...]  # a file name has one of these, or none
    inline: bool = False  # a browser may show it in place


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

PDF = FileKind("PDF", "application/pdf", ("pdf",))
PNG = FileKind("PNG", "image/png", ("png",), inline=True)
JPEG = FileKind("JPEG", "image/jpeg", ("jpg", "jpeg", "jfif", "jpe"), inline=True)
GIF = FileKind("GIF", "image/gif", ("gif",), inline=True)
WEBP = FileKind("WebP", "image/webp", ("webp",), inline=True)
TEXT = FileKind("plain text", "text/plain; charset=utf-8", ("txt", "text", "md", "csv", "tsv"))
CSV = FileKind("CSV", "text/csv; charset=utf-8", ("csv", "tsv", "txt"))
# Text that begins with the byte order mark of UTF-16, as Windows programs save "Unicode text".
TEXT_UTF16 = FileKind(TEXT.name, "text/plain; charset=utf-16", TEXT.extensions)
CSV_UTF16 = FileKind(CSV.name, "text/csv; charset=utf-16", CSV.extensions)
DOCX = FileKind("Word", f"{_OOXML}.wordprocessingml.document", ("docx",))
XLSX = FileKind("Excel", f"{_OOXML}.spreadsheetml.sheet", ("xlsx",))
PPTX = FileKind("PowerPoint", f"{_OOXML}.presentationml.presentation", ("pptx",))
ODT = FileKind("OpenDocument text", f"{_ODF}.text", ("odt",))
ODS = FileKind("OpenDocument spreadsheet", f"{_ODF}.spreadsheet", ("ods",))
ODP = FileKind("OpenDocument presentation", f"{_ODF}.presentation", ("odp",))
MP3 = FileKind("MP3", "audio/mpeg", ("mp3", "mpga"))
M4A = FileKind("M4A", "audio/mp4", ("m4a", "mp4"))
WAV = FileKind("WAV", "audio/wav", ("wav",))
MP4 = FileKind("MP4", "video/mp4", ("mp4", "m4v"))

IMAGES = (PNG, JPEG, GIF, WEBP)
DOCUMENTS = (DOCX, XLSX, PPTX, ODT, ODS, ODP)
KINDS = (PDF, *IMAGES, TEXT, CSV, TEXT_UTF16, CSV_UTF16, *DOCUMENTS, MP3, M4A, WAV, MP4)


def file_key(organization_id: UUID, subject_id: UUID, file_id: UUID) -> str:
    """Where a file lies in the object store; what belongs to a class lies together."""
    return f"{organization_id}/{subject_id}/files/{file_id}"


def saved_name(name: str) -> str:
    """The name under which a file is saved: in no other folder, and without final dots, which Windows leaves out."""
    return re.sub(r"[/\\]", "_", name).rstrip(". ")


def kind_of(media_type: str) -> FileKind:
    return next(kind for kind in KINDS if kind.media_type == media_type)


def extension_matches(kind: FileKind, name: str) -> bool:
    """Whether a file name has an extension of the kind, or none: programs choose by the extension."""
    _, dot, extension = saved_name(name).rpartition(".")
    return not dot or not extension.isalnum() or extension.lower() in kind.extensions
