"""Locating and loading speech models."""

from pathlib import Path

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from domain.errors import InvalidInput
from domain.people.languages import SPEECH_LANGUAGES
from tests.transcription.speech_samples import MODEL
from transcription.model_loading import load_engine, resolve_model

pytestmark = pytest.mark.adapter


def test_the_packaged_model_resolves_to_a_complete_folder() -> None:
    folder = Path(resolve_model(MODEL))
    assert {"model.bin", "config.json", "tokenizer.json"} <= {path.name for path in folder.iterdir()}


def test_offered_languages_are_those_of_the_engines() -> None:
    assert {code for code in _LANGUAGE_CODES if len(code) == 2} == SPEECH_LANGUAGES


def test_folders_and_hub_names_are_unchanged(tmp_path: Path) -> None:
    assert resolve_model(str(tmp_path)) == str(tmp_path)
    assert resolve_model("large-v3") == "large-v3"


def test_an_unknown_package_is_refused_with_a_next_step() -> None:
    with pytest.raises(InvalidInput) as refused:
        resolve_model("package:nothing")
    assert refused.value.next_step


def test_a_folder_without_a_model_is_refused_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_engine("faster-whisper", str(tmp_path))
    assert "folder" in refused.value.next_step
