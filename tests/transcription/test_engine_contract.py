"""The contract of SpeechEngine, checked with every engine."""

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cli.demo_class.script import Speaker, Turn
from cli.demo_class.voices import RATE as VOICE_RATE
from cli.demo_class.voices import synthesise
from tests.transcription.speech_samples import clip, silence, track
from transcription.engine import RATE, DecodedUtterance, Sound, SpeechEngine, SpeechSpan
from transcription.hallucination_filter import is_plausible
from transcription.hints import speech_hints
from transcription.speech_detection import find_speech

pytestmark = [pytest.mark.adapter, pytest.mark.filterwarnings("default")]


def plain(text: str) -> str:
    return re.sub(r"[^a-z ]", "", text.lower()).strip()


@pytest.fixture(scope="module")
def decoded(any_engine: SpeechEngine) -> list[DecodedUtterance]:
    """The English track, decoded alone."""
    sound = track()
    return any_engine.decode(sound, find_speech(sound), ["en"])


def test_each_span_is_decoded_separately_and_in_order(decoded: list[DecodedUtterance]) -> None:
    assert [one.span for one in decoded] == find_speech(track())
    assert plain(decoded[0].text) == "hello world"
    assert plain(decoded[1].text) == "the quick brown fox jumps over the lazy dog"


def test_words_are_in_time_order_within_their_span(decoded: list[DecodedUtterance]) -> None:
    for one in decoded:
        times = [word.start for word in one.words]
        assert times == sorted(times)
        assert all(
            one.span.start / RATE - 0.3 <= word.start <= one.span.end / RATE + 0.3 for word in one.words
        )
        assert all(0 <= word.probability <= 1 for word in one.words)
        assert plain(" ".join(word.text for word in one.words)) == plain(one.text)


def test_the_language_is_detected_among_the_candidates(any_engine: SpeechEngine) -> None:
    english, spanish = clip("en", "quick_brown_fox"), clip("es", "pangrama")
    sound = np.concatenate([english, silence(2), spanish])
    spans = [SpeechSpan(0, len(english)), SpeechSpan(len(sound) - len(spanish), len(sound))]
    assert [one.language for one in any_engine.decode(sound, spans, ["en", "es"])] == ["en", "es"]


def test_hints_give_a_name_its_spelling_and_leave_other_speech_alone(any_engine: SpeechEngine) -> None:
    (voice,) = synthesise([Turn(Speaker.SECOND_STUDENT, "Noor, what is one half?")], lambda *_: None)
    called = voice[:: VOICE_RATE // RATE].astype(np.float32) / 32768
    other = clip("en", "quick_brown_fox")
    sound = np.concatenate([called, silence(2), other])
    spans = [SpeechSpan(0, len(called)), SpeechSpan(len(sound) - len(other), len(sound))]
    hints = speech_hints(["Noor Haddad", "Leo Brandt"], ["Adding fractions"])
    named, fox = any_engine.decode(sound, spans, ["en"], hints)
    assert "Noor" in named.text
    assert plain(fox.text) == "the quick brown fox jumps over the lazy dog"


def test_a_second_decoding_covers_the_same_spans(any_engine: SpeechEngine) -> None:
    sound = clip("en", "counting")
    spans = [SpeechSpan(0, len(sound))]
    assert [one.span for one in any_engine.decode(sound, spans, ["en"], again=True)] == spans


@pytest.mark.parametrize(
    ("language", "name"), [("zh", "pangrama"), ("ja", "pangrama"), ("ja", "konnichiwa_sekai")]
)
def test_words_of_scripts_without_spaces_are_apart(
    any_engine: SpeechEngine, language: str, name: str
) -> None:
    sound = clip(language, name)
    (decoded,) = any_engine.decode(sound, [SpeechSpan(0, len(sound))], [language])
    assert len(decoded.words) > 1
    assert max(len(word.text) for word in decoded.words) <= 5
    assert "".join(word.text for word in decoded.words) == decoded.text.replace(" ", "")


def test_silence_is_no_plausible_utterance(any_engine: SpeechEngine) -> None:
    """Whatever an engine writes into noise, its measures let the filter recognise it."""
    noise = np.random.default_rng(1).normal(0, 0.003, 4 * RATE).astype(np.float32)
    decoded = any_engine.decode(noise, [SpeechSpan(0, len(noise))], ["en"])
    assert all(one.no_speech is not None for one in decoded)
    assert not any(is_plausible(one) for one in decoded)


def test_classes_that_share_an_engine_are_decoded_as_if_alone(
    any_engine: SpeechEngine, decoded: list[DecodedUtterance]
) -> None:
    english, spanish = track(), np.concatenate([silence(2), clip("es", "pangrama")])

    def decode(sound: Sound, language: str) -> list[DecodedUtterance]:
        return any_engine.decode(sound, find_speech(sound), [language])

    alone = [decoded, decode(spanish, "es")]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(decode, [english, spanish] * 2, ["en", "es"] * 2))
    assert together == alone * 2


def test_no_spans_give_no_utterances(any_engine: SpeechEngine) -> None:
    assert any_engine.decode(silence(2), [], ["en"]) == []


def test_the_name_contains_engine_and_model(any_engine: SpeechEngine) -> None:
    assert re.fullmatch(r"(faster-whisper|whisperx):\S+", any_engine.name)
