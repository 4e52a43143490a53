"""Which kind a file has, and which are refused: disguised markup, zip bombs, macros."""

import io
import struct
import zipfile
import zlib

import pytest

from domain.errors import FileRefused
from domain.record.files import KINDS
from storage.files import inspect_file
from storage.files.office_documents import MAX_ENTRIES, MAX_UNPACKED
from tests.storage.sample_files import M4A, MP3, MP4, PDF, archive, image, office, png_declaring, wav

pytestmark = pytest.mark.unit

MEGABYTE = 1_000_000
ACCEPTED = {
    "worksheet.pdf": (PDF, "application/pdf"),
    "Übung 1.PNG": (image("PNG"), "image/png"),
    "photo.jpeg": (image("JPEG"), "image/jpeg"),
    "moving.gif": (image("GIF", frames=4), "image/gif"),
    "small.webp": (image("WEBP"), "image/webp"),
    "moving.webp": (image("WEBP", frames=3), "image/webp"),
    "notes.txt": ("Zoë said: 2 < 3".encode(), "text/plain; charset=utf-8"),
    "notes": (b"one line, no table", "text/plain; charset=utf-8"),
    "BOM.md": (b"\xef\xbb\xbf# Title\r\n", "text/plain; charset=utf-8"),
    "Windows.txt": (b"\xff\xfe" + "Zoë said: 2 < 3\r\n".encode("utf-16-le"), "text/plain; charset=utf-16"),
    "big endian.txt": (b"\xfe\xff" + "العدد ½".encode("utf-16-be"), "text/plain; charset=utf-16"),
    "Excel.txt": (b"\xff\xfe" + "name\tmark\r\nMía\t1\r\n".encode("utf-16-le"), "text/csv; charset=utf-16"),
    "BOM.csv": (b"\xef\xbb\xbfname,mark\r\nM\xc3\xada,1\r\n", "text/csv; charset=utf-8"),
    "marks.csv": (b"name,mark\nMia,1\nLeo,2\n", "text/csv; charset=utf-8"),
    "marks.tsv": (b"name\tmark\nMia\t1\n", "text/csv; charset=utf-8"),
    "a.b.docx": (office("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "a.xlsx": (office("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "a.pptx": (office("pptx"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "a.odt": (office("odt"), "application/vnd.oasis.opendocument.text"),
    "a.ods": (office("ods"), "application/vnd.oasis.opendocument.spreadsheet"),
    "a.odp": (office("odp"), "application/vnd.oasis.opendocument.presentation"),
    "song.mp3": (MP3, "audio/mpeg"),
    "plain.mp3": (MP3[10:], "audio/mpeg"),
    "said.m4a": (M4A, "audio/mp4"),
    "said.wav": (wav(), "audio/wav"),
    "clip.mp4": (MP4, "video/mp4"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_every_supported_kind_is_detected(name: str) -> None:
    content, expected = ACCEPTED[name]
    file = io.BytesIO(content)
    assert inspect_file(file, name).media_type == expected
    assert file.tell() == 0


def test_every_kind_has_a_sample() -> None:
    assert {media_type for _, media_type in ACCEPTED.values()} == {kind.media_type for kind in KINDS}


def refused(content: bytes, name: str = "a") -> str:
    with pytest.raises(FileRefused) as raised:
        inspect_file(io.BytesIO(content), name)
    assert raised.value.next_step
    return raised.value.detail


HTML = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.mark.parametrize("name", ["worksheet.pdf", "a.html", "a.txt", "a"])
@pytest.mark.parametrize(
    "content",
    [
        HTML,
        b"\xef\xbb\xbf \r\n" + HTML,
        HTML.decode().encode("utf-16"),
        b"\xfe\xff" + HTML.decode().encode("utf-16-be"),
        b"<html onload=alert(1)>",
        b"<SCRIPT>alert(1)</SCRIPT>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><svg/>',
        b"<!-- --><script>alert(1)</script>",
        b"<?php system($x);",
    ],
)
def test_markup_is_refused_under_any_name(content: bytes, name: str) -> None:
    refused(content, name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "worksheet.exe"),
        (PDF, "worksheet.pdf.html"),
        (image("PNG"), "a.svg"),
        (image("PNG"), "a.pdf"),
        (b"echo off", "run.bat"),
        (b"alert(1)", "a.js"),
        (office("docx"), "a.docm"),
        (office("docx"), "a.xlsx"),
        (b"PK", "a.zip"),
    ],
)
def test_an_extension_of_another_kind_is_refused(content: bytes, name: str) -> None:
    assert "name" in refused(content, name)


UNSUPPORTED = {
    "empty": b"",
    "nul": b"\0",
    "windows program": b"MZ\x90\0" + bytes(100),
    "linux program": b"\x7fELF" + bytes(100),
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(50),
    "gzip": b"\x1f\x8b\x08" + bytes(20),
    "utf-16 without a byte order mark": "Mia".encode("utf-16-le"),
    "utf-16 cut short": "Mia".encode("utf-16")[:-1],
    "utf-16 with a control character": "Mia\x1b".encode("utf-16"),
    "utf-32": "Mia".encode("utf-32"),
    "latin-1": b"caf\xe9",
    "terminal escape": b"\x1b]0;owned\x07",
    "avi": b"RIFF\x10\0\0\0AVI LIST" + bytes(20),
    "zip": archive({"a.txt": b"x"}),
    "epub": archive({"mimetype": b"application/epub+zip"}),
    "macro": archive({"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}),
}


@pytest.mark.parametrize("content", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_unsupported_kinds_are_refused(content: bytes) -> None:
    refused(content)


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "Basic/Standard/Module1.xml", "Scripts/python/a.py"])
def test_documents_with_macros_are_refused(name: str) -> None:
    assert "macros" in refused(office("docx", {name: b"x"}))


def test_a_document_embedded_in_a_document_is_accepted() -> None:
    chart = office("xlsx", {"xl/big.xml": b"<c/>" * 1000})
    content = office("pptx", {"ppt/embeddings/sheet1.xlsx": chart})
    assert inspect_file(io.BytesIO(content), "a.pptx").extensions == ("pptx",)


def test_deeply_nested_documents_are_refused() -> None:
    content = office("docx")
    for _ in range(3):
        content = office("docx", {"word/embedded.docx": content})
    assert "within" in refused(content)


def test_a_part_with_an_extreme_compression_ratio_is_refused() -> None:
    assert "larger" in refused(office("docx", {"word/a.xml": bytes(50 * MEGABYTE)}))


def test_parts_that_are_too_large_together_are_refused() -> None:
    """Each part alone is within the limit."""
    part = bytes(range(256)) * 3800 + bytes(20_000)
    count = MAX_UNPACKED // len(part) + 2
    assert "MB" in refused(office("docx", {f"word/{n}.xml": part for n in range(count)}))


def test_a_zip_bomb_in_an_embedded_document_is_refused() -> None:
    inner = office("xlsx", {"xl/a.xml": bytes(50 * MEGABYTE)})
    refused(office("pptx", {"ppt/embeddings/a.xlsx": inner}))


def test_too_many_parts_are_refused() -> None:
    assert "parts" in refused(office("docx", {f"word/{n}": b"" for n in range(MAX_ENTRIES + 1)}))


def test_an_oversized_central_directory_is_refused() -> None:
    entries = 400_000
    listed = b"PK\x01\x02".ljust(46, b"\0") * entries
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, len(listed), 4, 0)
    assert "parts" in refused(b"PK\x03\x04" + listed + end)


def test_false_declared_sizes_are_refused() -> None:
    """The directory declares 10 bytes, the part unpacks to 30 million."""
    packed = zlib.compress(bytes(30 * MEGABYTE), 9)[2:-4]
    content = bytearray(office("docx", {"word/a.xml": b"x" * 10}))
    name = b"word/a.xml"
    local = content.index(name) - 30
    (old,) = struct.unpack_from("<I", content, local + 18)
    data = local + 30 + len(name)
    content[data : data + old] = packed
    struct.pack_into("<I", content, local + 18, len(packed))
    moved = len(packed) - old
    entry = content.rindex(name) - 46
    struct.pack_into("<I", content, entry + 20, len(packed))
    end = content.rindex(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 16, struct.unpack_from("<I", content, end + 16)[0] + moved)
    assert zipfile.is_zipfile(io.BytesIO(content))
    assert "damaged" in refused(bytes(content))


@pytest.mark.parametrize("flag", [1, 0x41])
def test_encrypted_documents_are_refused(flag: int) -> None:
    content = bytearray(office("docx"))
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= flag
    refused(bytes(content))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "word/../../x"])
def test_parts_with_paths_outside_the_archive_are_refused(name: str) -> None:
    assert "outside" in refused(office("docx", {name: b"x"}))


@pytest.mark.parametrize("cut", [0.3, 0.9])
@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_truncated_documents_are_refused(kind: str, cut: float) -> None:
    content = office(kind)
    assert "damaged" in refused(content[: int(len(content) * cut)])


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (2**31 - 1, 1), (50_000_000, 1)])
def test_oversized_pictures_are_refused(size: tuple[int, int]) -> None:
    refused(png_declaring(*size), "a.png")


def test_oversized_animations_are_refused() -> None:
    """The file is small but declares a large canvas."""
    content = bytearray(image("GIF", frames=30))
    struct.pack_into("<HH", content, 6, 4000, 4000)
    assert "pixels" in refused(bytes(content), "a.gif")


@pytest.mark.parametrize("format_", ["PNG", "GIF", "WEBP", "JPEG"])
def test_damaged_pictures_are_refused(format_: str) -> None:
    content = image(format_, (64, 64))
    refused(content[:16] + bytes(100))


def test_a_png_with_a_compressed_text_bomb_is_refused() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    content = image("PNG")
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100 * MEGABYTE)))
    refused(content[:33] + bomb + content[33:], "a.png")
