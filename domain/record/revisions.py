"""What changed between two revisions of a documentation, statement by statement and word by word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from domain.record.documentation import Section, Statement

_WORDS = re.compile(r"\s+|[^\s]+")
_ALIKE = 0.45  # share of common words from which two statements are one that was changed


class Edit(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # same words, another place among the others


@dataclass(frozen=True)
class Piece:
    """A run of words; `edit` is kept, added or removed."""

    edit: Edit
    text: str


@dataclass(frozen=True)
class Change:
    edit: Edit
    section: Section
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...] = ()  # what else changed: section, citations, check


def changes(before: Sequence[Statement], after: Sequence[Statement]) -> tuple[Change, ...]:
    """In the order of `after`, with what was removed at the place it was removed from."""
    partner = _partners(before, after)
    stayed = _stayed([partner[n] for n in range(len(after)) if n in partner])
    gone = [n for n in range(len(before)) if n not in partner.values()]
    found: list[Change] = []
    for n, statement in enumerate(after):
        origin = partner.get(n)
        if origin is not None:
            while gone and gone[0] < origin:
                found.append(_removed(before[gone.pop(0)]))
        found.append(_change(before[origin] if origin is not None else None, statement, origin in stayed))
    return (*found, *(_removed(before[n]) for n in gone))


def words_changed(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts in one: without what is added it is `before`, without what is removed it is `after`."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for _, i, j, k, m in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            pieces.append(Piece(Edit.KEPT, "".join(old[i:j])))
            continue
        pieces += [Piece(Edit.REMOVED, "".join(old[i:j]))] if i < j else []
        pieces += [Piece(Edit.ADDED, "".join(new[k:m]))] if k < m else []
    return tuple(pieces)


def _partners(before: Sequence[Statement], after: Sequence[Statement]) -> dict[int, int]:
    """Index in `after` to index in `before` of what is the same statement: equal ones first, then the most alike."""
    partner: dict[int, int] = {}
    free = dict(enumerate(before))
    for n, statement in enumerate(after):
        same = next((m for m, other in free.items() if other == statement), None)
        if same is not None:
            partner[n] = same
            del free[same]
    alike = [
        (likeness, -n, -m)
        for n, statement in enumerate(after)
        if n not in partner
        for m, other in free.items()
        if (likeness := _likeness(other, statement)) >= _ALIKE
    ]
    for _, n, m in sorted(alike, reverse=True):
        if -n not in partner and -m in free:
            partner[-n] = -m
            del free[-m]
    return partner


def _likeness(one: Statement, other: Statement) -> float:
    """Of their words; to rest on the same part of the class counts a little."""
    words = SequenceMatcher(None, one.text.lower().split(), other.text.lower().split(), autojunk=False)
    cited = {c.utterance_id for c in one.citations} & {c.utterance_id for c in other.citations}
    return words.ratio() + (0.2 if cited and one.section == other.section else 0.0)


def _stayed(origins: Sequence[int]) -> set[int]:
    """The longest run of statements that kept their order; the others are the ones that moved."""
    best: list[list[int]] = []
    for origin in origins:
        longest: list[int] = max((run for run in best if run[-1] < origin), key=len, default=[])
        best.append([*longest, origin])
    longest_of_all: list[int] = max(best, key=len, default=[])
    return set(longest_of_all)


def _change(before: Statement | None, after: Statement, stayed: bool) -> Change:
    if before is None:
        return Change(Edit.ADDED, after.section, (Piece(Edit.ADDED, after.text),))
    notes = tuple(_notes(before, after))
    pieces = words_changed(before.text, after.text)
    if before.text != after.text or notes:
        return Change(Edit.CHANGED, after.section, pieces, notes)
    return Change(Edit.KEPT if stayed else Edit.MOVED, after.section, pieces)


def _notes(before: Statement, after: Statement) -> Iterable[str]:
    if before.section != after.section:
        yield "put in another section"
    if before.citations != after.citations:
        yield "rests on other words"
    if (before.question, before.answer) != (after.question, after.answer):
        yield "question or answer changed"
    if before.outcome != after.outcome:
        yield f"{before.outcome or 'no outcome'} became {after.outcome or 'no outcome'}"


def _removed(statement: Statement) -> Change:
    return Change(Edit.REMOVED, statement.section, (Piece(Edit.REMOVED, statement.text),))
