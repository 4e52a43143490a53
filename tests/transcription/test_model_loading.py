"""Finding a speech model."""

from pathlib import Path

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from domain.errors import InvalidInput
from domain.people.languages import SPOKEN
from tests.transcription.speech import MODEL
from transcription.models import load_engine, resolve_model

pytestmark = pytest.mark.adapter


def test_the_packaged_model_is_a_folder_with_all_its_files() -> None:
    folder = Path(resolve_model(MODEL))
    assert {"model.bin", "config.json", "tokenizer.json"} <= {path.name for path in folder.iterdir()}


def test_organizations_choose_from_the_languages_the_engines_know() -> None:
    assert {code for code in _LANGUAGE_CODES if len(code) == 2} == SPOKEN


def test_folders_and_names_of_the_hub_stay_as_they_are(tmp_path: Path) -> None:
    assert resolve_model(str(tmp_path)) == str(tmp_path)
    assert resolve_model("large-v3") == "large-v3"


def test_an_unknown_package_says_what_to_do() -> None:
    with pytest.raises(InvalidInput) as refused:
        resolve_model("package:nothing")
    assert refused.value.next_step


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_engine("faster-whisper", str(tmp_path))
    assert "folder" in refused.value.next_step
