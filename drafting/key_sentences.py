"""Selects the sentences that say most about what was taught and practised."""

from domain.record.scripts import count_words
from drafting import cues
from drafting.lesson import Lesson
from drafting.salience import centrality, words
from drafting.sentences import Sentence

_MIN_WORDS, _MAX_WORDS = 5, 60
_SHORT_SENTENCE = 7  # words
_REACTION_PENALTY = 0.8  # a reaction to an answer seldom makes sense on its own
_VERDICT_WITHIN = 8  # characters
_MIN_WEIGHT = 1.6
_SENTENCES_PER_STATEMENT = 2.5
_MIN_SENTENCES, _MAX_SENTENCES = 4, 8
_CUES = ((cues.ACTIVITY, 2.0), (cues.KEY_POINT, 1.2), (cues.RULE, 1.2), (cues.DEFINITION, 1.2))


def key_sentences(candidates: list[Sentence], lesson: Lesson) -> list[Sentence]:
    """The most salient of `candidates`, in order of the class.

    `candidates` are the instructor's sentences without those of other sections.
    """
    centralities = centrality([sentence.text for sentence in candidates])
    weighed = [
        (
            _weight(sentence.text, central, lesson)
            - _REACTION_PENALTY * (sentence.position in lesson.reaction_positions),
            sentence,
        )
        for sentence, central in zip(candidates, centralities, strict=True)
    ]
    count = min(_MAX_SENTENCES, max(_MIN_SENTENCES, round(len(candidates) / _SENTENCES_PER_STATEMENT)))
    enough = [(weight, sentence) for weight, sentence in weighed if weight >= _MIN_WEIGHT]
    best = sorted(enough, key=lambda pair: -pair[0])[:count]
    return sorted((sentence for _, sentence in best), key=lambda sentence: sentence.position)


def _weight(text: str, central: float, lesson: Lesson) -> float:
    length = count_words(text)
    small_talk = cues.SMALL_TALK.search(text) and not cues.ACTIVITY.search(text)
    if small_talk or not _MIN_WORDS <= length <= _MAX_WORDS:
        return 0.0
    own_words = set(words(text))
    cued = sum(worth for cue, worth in _CUES if cue.search(text))
    on_subject = 0.25 * min(len(own_words & lesson.subject_words), 4) + 0.4 * min(
        len(own_words & lesson.topic_words), 2
    )
    penalty = 1.0 * (_opens_with_verdict(text) or bool(cues.REFERS_BACK.search(text))) + 0.5 * (
        length < _SHORT_SENTENCE
    )
    return cued + on_subject + 1.5 * central - penalty


def _opens_with_verdict(text: str) -> bool:
    """Whether the text begins with a verdict on an answer."""
    verdicts = (cue.search(text) for cue in (cues.PARTLY, cues.INCORRECT, cues.CORRECT))
    return any(verdict and verdict.start() < _VERDICT_WITHIN for verdict in verdicts)
