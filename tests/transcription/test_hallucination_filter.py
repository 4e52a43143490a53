"""Utterances that engines hallucinate into noise and silence are filtered out."""

import numpy as np
import pytest

from transcription.engine import RATE, DecodedUtterance, DecodedWord, SpeechSpan
from transcription.hallucination_filter import above_noise_floor, is_plausible

pytestmark = pytest.mark.unit


def decoded_utterance(text: str, no_speech: float | None = 0.1, probability: float = 0.9) -> DecodedUtterance:
    words = tuple(DecodedWord(n, n + 1, word, probability) for n, word in enumerate(text.split()))
    return DecodedUtterance(SpeechSpan(0, RATE), text, words, "en", no_speech)


@pytest.mark.parametrize(
    "text",
    [
        "What is one half plus one quarter?",
        "no no no",
        "two plus two is four",
        "there are 10,000,000,000,000 of them",
        "同学们好，今天我们学习分数的加法和减法。首先请大家打开课本第十二页。",
        "哈哈哈，谢谢谢谢。",
        "はい、はい、わかりました。",
        "สวัสดีครับนักเรียนทุกคน วันนี้เราจะเรียนเรื่องเศษส่วนและการบวกลบเศษส่วนที่มีตัวส่วนไม่เท่ากัน ก่อนอื่นขอให้ทุกคน"
        "เปิดหนังสือหน้าสิบสองแล้วดูแบบฝึกหัดข้อที่สามถึงข้อที่เจ็ด จากนั้นเราจะช่วยกันหาคำตอบของแต่ละข้อพร้อมกันครับ",
    ],
)
def test_speech_is_plausible(text: str) -> None:
    assert is_plausible(decoded_utterance(text))


@pytest.mark.parametrize(
    "decoded",
    [
        decoded_utterance(" "),
        decoded_utterance("you", no_speech=0.97),
        decoded_utterance("and now the next one is this, " * 9),
        decoded_utterance("谢谢观看谢谢观看谢谢观看谢谢观看"),
        decoded_utterance("谢谢观看。谢谢观看。谢谢观看。谢谢观看。"),
        decoded_utterance("ご視聴ありがとうございました" * 4),
        decoded_utterance("ขอบคุณครับขอบคุณครับขอบคุณครับขอบคุณครับ"),
        decoded_utterance("嗯嗯嗯嗯嗯嗯嗯嗯嗯"),
        decoded_utterance("yes-yes-yes-yes"),
        decoded_utterance("thank you, thank you, thank you, thank you."),
        decoded_utterance("thank you thank you thank you thank you"),
        decoded_utterance("la la la la la"),
    ],
)
def test_hallucinations_are_not_plausible(decoded: DecodedUtterance) -> None:
    assert not is_plausible(decoded)


def test_without_a_no_speech_value_the_words_decide() -> None:
    assert is_plausible(decoded_utterance("what is one half", no_speech=None))
    assert not is_plausible(decoded_utterance("thanks for watching", no_speech=None, probability=0.2))
    assert not is_plausible(DecodedUtterance(SpeechSpan(0, RATE), "you", (), "en", None))


def test_a_span_below_the_noise_floor_is_dropped() -> None:
    sound = np.concatenate([np.full(RATE, 0.0003, np.float32), np.full(RATE, 0.05, np.float32)])
    quiet, loud = SpeechSpan(0, RATE), SpeechSpan(RATE, 2 * RATE)
    assert above_noise_floor(sound, [quiet, loud]) == [loud]
