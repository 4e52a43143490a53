"""Verifies images: the content matches the format and is small enough to be decoded."""

from typing import IO

from PIL import Image

from domain.errors import FileRefused
from domain.record.files import GIF, JPEG, PNG, WEBP, FileKind

MAX_PIXELS = 40_000_000  # per image; a page scanned at 600 dpi has 35 million
MAX_PIXELS_ANIMATED = 400_000_000  # all frames of an animation together
_FORMATS = {PNG: "PNG", JPEG: "JPEG", GIF: "GIF", WEBP: "WEBP"}

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def check_image(file: IO[bytes], kind: FileKind) -> None:
    """Raises FileRefused for an image that is damaged or too large. Oversized images are not decoded."""
    file.seek(0)
    try:
        with Image.open(file, formats=(_FORMATS[kind],)) as image:
            width, height = image.size
            frames = getattr(image, "n_frames", 1) if width * height <= MAX_PIXELS else 1
            image.verify()
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # the decoders raise errors of every kind for damaged files
        raise FileRefused(f"the {kind.name} is damaged", next_step="Save it again.") from error
    if width * height > MAX_PIXELS or width * height * frames > MAX_PIXELS_ANIMATED:
        raise _too_large()


def _too_large() -> FileRefused:
    return FileRefused(
        f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels", next_step="Make it smaller."
    )
