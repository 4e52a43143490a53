"""Small sample files of each kind, as programs save them."""

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

OOXML = "application/vnd.openxmlformats-officedocument"


def image(format_: str, size: tuple[int, int] = (8, 8), frames: int = 1) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("RGB", size, (n * 40 % 255, 90, 10)) for n in range(frames)]
    more = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(out, format_, **more)
    return out.getvalue()


def archive(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def office(kind: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """A document; `kind` is docx, xlsx, pptx, odt, ods or odp."""
    if kind in ("odt", "ods", "odp"):
        kind_name = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}[kind]
        media_type = f"application/vnd.oasis.opendocument.{kind_name}".encode()
        return archive({"mimetype": media_type, "content.xml": b"<office/>"} | dict(more or {}))
    main = {
        "docx": "wordprocessingml.document",
        "xlsx": "spreadsheetml.sheet",
        "pptx": "presentationml.presentation",
    }[kind]
    types = f'<Types><Override ContentType="{OOXML}.{main}.main+xml"/></Types>'.encode()
    return archive({"[Content_Types].xml": types, "word/document.xml": b"<w/>"} | dict(more or {}))


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00" + (b"\xff\xfb\x90\x64" + bytes(413)) * 3
M4A = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom\x00\x00\x00\x00" + b"\x00\x00\x00\x08free"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00\x00\x00\x08free"


def png_declaring(width: int, height: int) -> bytes:
    """A tiny valid PNG that declares a picture of the given size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
