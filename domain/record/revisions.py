"""Diffs two revisions of a documentation, statement by statement and word by word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from domain.record.documentation import Section, Statement

_WORDS = re.compile(r"\s+|[^\s]+")
_MIN_SIMILARITY = 0.45  # from this similarity on, two statements count as one that was changed


class Edit(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # same words, another position


@dataclass(frozen=True)
class Piece:
    """A run of words; `edit` is kept, added or removed."""

    edit: Edit
    text: str


@dataclass(frozen=True)
class Change:
    """The edit of one statement."""

    edit: Edit
    section: Section
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...] = ()  # what else changed: section, citations, check


def diff_statements(before: Sequence[Statement], after: Sequence[Statement]) -> tuple[Change, ...]:
    """The edits of all statements in the order of `after`; removed statements appear at their old position."""
    origin_of = _match_statements(before, after)
    unmoved = _unmoved([origin_of[n] for n in range(len(after)) if n in origin_of])
    removed = [n for n in range(len(before)) if n not in origin_of.values()]
    changes: list[Change] = []
    for n, statement in enumerate(after):
        origin = origin_of.get(n)
        if origin is not None:
            while removed and removed[0] < origin:
                changes.append(_removed(before[removed.pop(0)]))
        changes.append(_change(before[origin] if origin is not None else None, statement, origin in unmoved))
    return (*changes, *(_removed(before[n]) for n in removed))


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """The word diff of two texts: without the added pieces it reads `before`, without the removed ones `after`."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for _, i, j, k, m in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            pieces.append(Piece(Edit.KEPT, "".join(old[i:j])))
            continue
        pieces += [Piece(Edit.REMOVED, "".join(old[i:j]))] if i < j else []
        pieces += [Piece(Edit.ADDED, "".join(new[k:m]))] if k < m else []
    return tuple(pieces)


def _match_statements(before: Sequence[Statement], after: Sequence[Statement]) -> dict[int, int]:
    """Maps indexes in `after` to those of the same statement in `before`: equal ones first, then the most similar."""
    origin_of: dict[int, int] = {}
    free = dict(enumerate(before))
    for n, statement in enumerate(after):
        same = next((m for m, other in free.items() if other == statement), None)
        if same is not None:
            origin_of[n] = same
            del free[same]
    candidates = [
        (similarity, -n, -m)
        for n, statement in enumerate(after)
        if n not in origin_of
        for m, other in free.items()
        if (similarity := _similarity(other, statement)) >= _MIN_SIMILARITY
    ]
    for _, n, m in sorted(candidates, reverse=True):
        if -n not in origin_of and -m in free:
            origin_of[-n] = -m
            del free[-m]
    return origin_of


def _similarity(one: Statement, other: Statement) -> float:
    """Similarity of the words, with a bonus for citing a common utterance in the same section."""
    words = SequenceMatcher(None, one.text.lower().split(), other.text.lower().split(), autojunk=False)
    cited = {c.utterance_id for c in one.citations} & {c.utterance_id for c in other.citations}
    return words.ratio() + (0.2 if cited and one.section == other.section else 0.0)


def _unmoved(origins: Sequence[int]) -> set[int]:
    """The longest increasing subsequence: these statements kept their order, the others were moved."""
    best: list[list[int]] = []
    for origin in origins:
        longest: list[int] = max((run for run in best if run[-1] < origin), key=len, default=[])
        best.append([*longest, origin])
    longest_of_all: list[int] = max(best, key=len, default=[])
    return set(longest_of_all)


def _change(before: Statement | None, after: Statement, unmoved: bool) -> Change:
    if before is None:
        return Change(Edit.ADDED, after.section, (Piece(Edit.ADDED, after.text),))
    notes = tuple(_notes(before, after))
    pieces = diff_words(before.text, after.text)
    if before.text != after.text or notes:
        return Change(Edit.CHANGED, after.section, pieces, notes)
    return Change(Edit.KEPT if unmoved else Edit.MOVED, after.section, pieces)


def _notes(before: Statement, after: Statement) -> Iterable[str]:
    if before.section != after.section:
        yield "put in another section"
    if before.citations != after.citations:
        yield "rests on other words"
    if (before.question, before.answer) != (after.question, after.answer):
        yield "question or answer changed"
    if _readers(before) != _readers(after):
        yield "read by others"
    if before.outcome != after.outcome:
        yield f"{before.outcome or 'no outcome'} became {after.outcome or 'no outcome'}"


def _readers(statement: Statement) -> tuple[object, ...]:
    audience = statement.audience
    return (audience.kind, audience.students) if audience else ()


def _removed(statement: Statement) -> Change:
    return Change(Edit.REMOVED, statement.section, (Piece(Edit.REMOVED, statement.text),))
