"""Pictures that are what they say, and small enough to be opened."""

from typing import IO

from PIL import Image

from domain.errors import FileRefused
from domain.record.files import GIF, JPEG, PNG, WEBP, FileKind

MOST_PIXELS = 40_000_000  # of one picture; a page scanned at 600 dpi has 35 million
MOST_PIXELS_MOVING = 400_000_000  # of all frames together
_FORMATS = {PNG: "PNG", JPEG: "JPEG", GIF: "GIF", WEBP: "WEBP"}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def check_image(file: IO[bytes], kind: FileKind) -> None:
    """Raises FileRefused. Nothing is unpacked that would not fit."""
    file.seek(0)
    try:
        with Image.open(file, formats=(_FORMATS[kind],)) as image:
            width, height = image.size
            frames = getattr(image, "n_frames", 1) if width * height <= MOST_PIXELS else 1
            image.verify()
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # the decoders' complaints about damage are of every kind
        raise FileRefused(f"the {kind.name} is damaged", next_step="Save it again.") from error
    if width * height > MOST_PIXELS or width * height * frames > MOST_PIXELS_MOVING:
        raise _too_large()


def _too_large() -> FileRefused:
    return FileRefused(
        f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels", next_step="Make it smaller."
    )
