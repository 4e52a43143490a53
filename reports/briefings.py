"""Briefings for instructors: what happened in the last class, what is still open, and what is planned."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.record.documentation import CheckOutcome, Section, Statement, says_its_check
from reports.catalogue import words_in
from reports.directions import isolated
from reports.moments import listed, moment
from reports.statements import check_text, names_of

_NOT_UNDERSTOOD = frozenset(CheckOutcome) - {CheckOutcome.CORRECT}

# A briefing is stored as JSON: `{"last_class": {title, held_at, approved}, "sections": [[name, [line, …]], …]}`, and
# for a class also `plan`, `expected` and `first`, for a substitute `in_place_of`, `files` and `earlier`, which are
# briefings. Names are keys of the catalogue, so that it is rendered when read.
# `lines` are the lines of `sections` as `{text, question, answer, students}`, which is put into the reader's language.
Sections = list[tuple[str, list[str]]]


def build_briefing(
    *,
    last_title: str,
    last_held_at: datetime,
    statements: Sequence[Statement],
    students: Mapping[UUID, str],
    approved: bool,
) -> dict[str, Any]:
    """A briefing from the record of the last class; an unapproved record adds only that the class took place.

    `students` are the names of the class's students; statements that are for some of them name these.
    """
    last = {"title": last_title, "held_at": last_held_at.isoformat(), "approved": approved}
    lines = [(name, of_it) for name, of_it in _sections(statements, students) if of_it] if approved else []
    texts = [(name, [_read_line(line, "en") for line in of_it]) for name, of_it in lines]
    return {"last_class": last, "sections": texts, "lines": lines}


def with_plan(
    briefing: dict[str, Any] | None,
    *,
    topics: Sequence[str],
    students: Sequence[str],
    excused: Sequence[str] = (),
) -> dict[str, Any]:
    """The briefing of a class: its own plan and participants, then the briefing from the last class.

    `students` are expected; of the `excused` their families said that they cannot come.
    """
    own: dict[str, Any] = {"plan": list(topics), "expected": list(students), "first": briefing is None}
    if excused:
        own["excused"] = list(excused)
    return {**(briefing or {"sections": []}), **own}


def for_substitute(
    briefing: dict[str, Any],
    *,
    in_place_of: str,
    earlier: Sequence[dict[str, Any]],
    files: Sequence[str],
) -> dict[str, Any]:
    """The briefing of a class for who takes it over from somebody: also with earlier classes and the files' names.

    `earlier` are the briefings from the classes before the last one, the latest first.
    """
    return {**briefing, "in_place_of": [in_place_of], "earlier": list(earlier), "files": list(files)}


def read_briefing(briefing: dict[str, Any], *, language: str, time_zone: str, now: datetime) -> Sections:
    """Headings with their lines, in reading order and in the language nearest to the wanted one."""
    words = words_in(language)
    named: list[tuple[str, list[Any]]] = [
        (name, briefing.get(name, [])) for name in ("in_place_of", "plan", "expected", "excused", "files")
    ]
    if last := briefing.get("last_class"):
        held_at = moment(datetime.fromisoformat(last["held_at"]), language, time_zone, now=now)
        named.append(("last_class", [words.fill("last_class_at", title=last["title"], when=held_at)]))
        named[-1][1].extend([] if last["approved"] else [words["not_approved"]])
    named += briefing.get("lines") or briefing["sections"]
    if briefing.get("first"):
        named.append(("last_class", [words["first_class"]]))
    sections = [
        (words.get(name, name), [_read_line(line, language) for line in lines])
        for name, lines in named
        if lines
    ]
    earlier = briefing.get("earlier", [])
    return sections + [_read_earlier(one, language, time_zone, now) for one in earlier if "last_class" in one]


def _read_earlier(
    briefing: dict[str, Any], language: str, time_zone: str, now: datetime
) -> tuple[str, list[str]]:
    """An earlier class as one section: its title and time, and what was done, each line with what it is about."""
    words, held = words_in(language), briefing["last_class"]
    held_at = moment(datetime.fromisoformat(held["held_at"]), language, time_zone, now=now)
    lines = [
        f"{words.get(name, name)}: {_read_line(line, language)}"
        for name, of_it in briefing.get("lines") or briefing["sections"]
        for line in of_it
    ]
    return words.fill("last_class_at", title=held["title"], when=held_at), lines or [words["not_approved"]]


def _sections(statements: Sequence[Statement], students: Mapping[UUID, str]) -> list[tuple[str, list[Any]]]:
    def lines(*sections: Section, outcomes: Collection[CheckOutcome | None] = ()) -> list[Any]:
        return [
            _stored_line(statement, students)
            for statement in statements
            if statement.section in sections and (not outcomes or statement.outcome in outcomes)
        ]

    return [
        ("worked_on", lines(Section.TOPICS, Section.PRACTISED)),
        ("not_understood", lines(Section.COMPREHENSION, outcomes=_NOT_UNDERSTOOD)),
        ("understood", lines(Section.COMPREHENSION, outcomes={CheckOutcome.CORRECT})),
        ("homework_to_check", lines(Section.HOMEWORK)),
        ("planned_next", lines(Section.NEXT_STEPS)),
    ]


def _stored_line(statement: Statement, students: Mapping[UUID, str]) -> dict[str, Any]:
    check = says_its_check(statement)
    return {
        "text": statement.text,
        "question": statement.question if check else None,
        "answer": statement.answer if check else None,
        "students": names_of(statement, students),
    }


def _read_line(line: str | dict[str, Any], language: str) -> str:
    """The text of a stored line: a text, or a statement with its question, answer and students."""
    if isinstance(line, str):
        return line
    text: str = line["text"]
    if line["question"]:
        text = check_text(line["question"], line["answer"], language)
    return f"{listed(line['students'], language)}: {isolated(text, language)}" if line["students"] else text
