"""What was taught and practised: the sentences that say most of it, from the whole class."""

from drafting import cues
from drafting.lesson import Lesson
from drafting.salience import centrality, words
from drafting.sentences import Sentence

_FEWEST_WORDS, _MOST_WORDS = 5, 60
_SHORT = 7  # words
_COMMENT = 0.8  # what is said of an answer seldom stands alone
_AT_ONCE = 8  # characters
_ENOUGH = 1.6
_SENTENCES_PER_STATEMENT = 3
_FEWEST, _MOST = 4, 8
_CUES = ((cues.ACTIVITY, 2.0), (cues.ANNOUNCED, 1.2), (cues.RULE, 1.2), (cues.DEFINITION, 1.2))


def practised(candidates: list[Sentence], lesson: Lesson) -> list[Sentence]:
    """The weightiest of `candidates`, which are what the instructor told, without what belongs to other sections."""
    near = centrality([sentence.text for sentence in candidates])
    weighed = [
        (
            _weight(sentence.text, central, lesson) - _COMMENT * (sentence.position in lesson.comments),
            sentence,
        )
        for sentence, central in zip(candidates, near, strict=True)
    ]
    count = min(_MOST, max(_FEWEST, round(len(candidates) / _SENTENCES_PER_STATEMENT)))
    enough = [(weight, sentence) for weight, sentence in weighed if weight >= _ENOUGH]
    best = sorted(enough, key=lambda pair: -pair[0])[:count]
    return sorted((sentence for _, sentence in best), key=lambda sentence: sentence.position)


def _weight(text: str, central: float, lesson: Lesson) -> float:
    length = len(text.split())
    small_talk = cues.SMALL_TALK.search(text) and not cues.ACTIVITY.search(text)
    if small_talk or not _FEWEST_WORDS <= length <= _MOST_WORDS:
        return 0.0
    own = set(words(text))
    cued = sum(worth for cue, worth in _CUES if cue.search(text))
    on_subject = 0.25 * min(len(own & lesson.subject), 4) + 0.4 * min(len(own & lesson.titles), 2)
    against = 1.0 * (_judges(text) or bool(cues.POINTS_BACK.search(text))) + 0.5 * (length < _SHORT)
    return cued + on_subject + 1.5 * central - against


def _judges(text: str) -> bool:
    """It begins with what the instructor thinks of an answer."""
    verdicts = (cue.search(text) for cue in (cues.PARTLY, cues.INCORRECT, cues.CORRECT))
    return any(verdict and verdict.start() < _AT_ONCE for verdict in verdicts)
