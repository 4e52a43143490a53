"""Classes with planted facts: the transcript, and the spans that the documentation should contain.

A class is a text file: `T: …` is said by the instructor, `A:` and `B:` by students, `O:` by an observer; `... 12` is
silence, in seconds. `{homework: …}` marks the span of a fact of that section, `{homework 1: …}` twice marks one fact
in two spans, `{practised?: …}` an optional fact; a check is marked with its outcome, as in `{check correct: …}`.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cli.demo_class.script import LESSON, Speaker
from domain.people.roles import Role
from domain.record.documentation import CheckOutcome, ClassRecord, Section
from domain.record.transcript import Utterance

FOLDER = Path(__file__).parent / "classes"
STARTS_AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
_SECONDS_PER_WORD = 0.38
_PAUSE = timedelta(seconds=0.8)
_ROLES = {"T": Role.INSTRUCTOR, "A": Role.STUDENT, "B": Role.STUDENT, "O": Role.OBSERVER}
_SPAN = re.compile(r"\{(?P<kind>\w+)(?: (?P<name>\w+))?(?P<may>\?)?: (?P<text>[^}]*)\}")
_SILENCE = re.compile(r"\.\.\. (?P<seconds>\d+)$")
_DEMO_NAMES = {Speaker.INSTRUCTOR: "T", Speaker.FIRST_STUDENT: "A", Speaker.SECOND_STUDENT: "B"}
# The demo's script carries no marks; these sentences of it are the facts.
_DEMO_FACTS = (
    ("topics", "Today we work on adding fractions with different denominators."),
    ("practised", "Remember, before we can add two fractions, you need to find a common denominator."),
    ("check correct", "What is one half plus one quarter?"),
    ("practised", "Let's practice with thirds and sixths."),
    ("check incorrect", "What is one third plus one sixth?"),
    ("practised?", "Change one third into sixths first, then add the two fractions."),
    ("check correct", "So how many sixths do we have together?"),
    ("homework", "For homework, please do page twelve, exercises one to four, until Thursday."),
    ("next_steps", "Next time we will subtract fractions."),
)


@dataclass(frozen=True)
class Span:
    utterance: Utterance
    text: str


@dataclass(frozen=True)
class Fact:
    section: Section
    spans: tuple[Span, ...]
    outcome: CheckOutcome | None = None
    required: bool = True


@dataclass(frozen=True)
class PlantedClass:
    name: str
    held_out: bool  # written after the rules, which have not been changed for it
    record: ClassRecord
    facts: tuple[Fact, ...]

    @property
    def required(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.required]


def classes() -> list[PlantedClass]:
    return [demo_class(), *(read(path.stem, path.read_text()) for path in sorted(FOLDER.glob("*.txt")))]


def demo_class() -> PlantedClass:
    script = "\n".join(f"{_DEMO_NAMES[turn.speaker]}: {turn.text}" for turn in LESSON)
    for kind, sentence in _DEMO_FACTS:
        script = script.replace(sentence, f"{{{kind}: {sentence}}}")
    return read("demo", f"course: Mathematics, year 6\ntopics: Adding fractions\nset: seen\n---\n{script}")


def read(name: str, text: str) -> PlantedClass:
    head, _, body = text.partition("---\n")
    about = dict(line.split(": ", 1) for line in head.splitlines())
    at, utterances, facts = STARTS_AT, [], []
    for line in body.splitlines():
        if silence := _SILENCE.match(line):
            at += timedelta(seconds=int(silence["seconds"]))
            continue
        speaker, _, marked = line.partition(": ")
        spoken = utterance(speaker, _SPAN.sub(r"\g<text>", marked), at)
        utterances.append(spoken)
        facts += [_fact(spoken, match) for match in _SPAN.finditer(marked)]
        at = spoken.ends_at + _PAUSE
    topics = tuple(about["topics"].split("; "))
    record = ClassRecord(about["course"], topics, tuple(utterances), _ROLES)
    return PlantedClass(name, about["set"] == "held out", record, _merged(facts))


def utterance(speaker: str, text: str, at: datetime) -> Utterance:
    """An utterance as a speech engine gives it, with an id derived from speaker and start."""
    ends_at = at + timedelta(seconds=_SECONDS_PER_WORD * max(1, len(text.split())))
    key = uuid5(NAMESPACE_URL, f"{speaker}:{at.isoformat()}")
    return Utterance(key, speaker, f"TR_{speaker}", at, ends_at, text, (), "en", 0.9, "planted")


def _fact(spoken: Utterance, match: re.Match[str]) -> tuple[str, Fact]:
    check = match["kind"] == "check"
    section = Section.COMPREHENSION if check else Section(match["kind"])
    outcome = CheckOutcome(match["name"]) if check else None
    key = f"{section} {match['name']}" if match["name"] and not check and not match["may"] else ""
    return key, Fact(section, (Span(spoken, match["text"]),), outcome, required=not match["may"])


def _merged(marked: list[tuple[str, Fact]]) -> tuple[Fact, ...]:
    """Facts with the same name are one fact in several spans."""
    named: dict[str, list[Fact]] = defaultdict(list)
    for number, (key, fact) in enumerate(marked):
        named[key or f"#{number}"].append(fact)
    return tuple(
        Fact(
            facts[0].section,
            tuple(span for fact in facts for span in fact.spans),
            facts[0].outcome,
            facts[0].required,
        )
        for facts in named.values()
    )
