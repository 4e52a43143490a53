"""Detects the kind of a file from its content; its name and declared media type are never trusted."""

from typing import IO

import puremagic

from domain.errors import FileRefused
from domain.record.files import (
    GIF,
    IMAGES,
    JPEG,
    M4A,
    MP3,
    MP4,
    PDF,
    PNG,
    WAV,
    WEBP,
    FileKind,
    extension_matches,
)
from storage.files.images import check_image
from storage.files.office_documents import document_kind
from storage.files.plain_text import text_kind

_ZIP = b"PK\x03\x04"
_BY_SIGNATURE = {
    extension: kind
    for kind in (PDF, PNG, JPEG, GIF, WEBP, MP3, M4A, WAV)
    for extension in kind.extensions[:1]
} | {"mpga": MP3, "mp4": MP4, "m4v": MP4, "jpeg": JPEG, "f4a": M4A}
_ALLOWED = "Homeroom takes PDF, PNG, JPEG, GIF, WebP, text, CSV, office documents, MP3, M4A, WAV and MP4."


def inspect_file(file: IO[bytes], name: str) -> FileKind:
    """The kind of a file, which is read completely and rewound. Raises FileRefused if it is unsafe, of an unknown
    kind, or if `name` has the extension of another kind."""
    try:
        kind = _kind(file)
    finally:
        file.seek(0)
    if not extension_matches(kind, name):
        raise FileRefused(
            f"the content is {kind.name}, but its name says otherwise",
            next_step=f"Name it .{kind.extensions[0]}, or send the right file.",
        )
    return kind


def _kind(file: IO[bytes]) -> FileKind:
    file.seek(0)
    start = file.read(64)
    if not start:
        raise FileRefused("the file is empty", next_step="Send the file again.")
    if start.startswith(_ZIP):
        return document_kind(file)
    kind = _by_signature(file) or text_kind(file)
    if kind is None:
        raise FileRefused("this file type isn't accepted", next_step=_ALLOWED)
    if kind in IMAGES:
        check_image(file, kind)
    return kind


def _by_signature(file: IO[bytes]) -> FileKind | None:
    """The kind with the most confident matching signature, None if there is none."""
    file.seek(0)
    try:
        guesses = puremagic.magic_stream(file)
    except (puremagic.PureError, ValueError):
        return None
    surest = max(guess.confidence for guess in guesses)
    extensions = (guess.extension.lstrip(".").lower() for guess in guesses if guess.confidence == surest)
    return next((_BY_SIGNATURE[extension] for extension in extensions if extension in _BY_SIGNATURE), None)
