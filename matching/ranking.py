"""Ranks the instructors who can take a class in a plan: the score of each, and the rules that refuse the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from matching.calendars import Binding, Calendars
from matching.numeric import Bools, all_pairs


@dataclass(frozen=True)
class Candidate:
    instructor_id: UUID
    score: float  # of soft rules, the lower the better; the sum of the terms
    terms: Mapping[str, float]


@dataclass(frozen=True)
class Refusal:
    """A hard rule that refuses an instructor, with the classes in its way if it is one that links classes."""

    rule: str
    class_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Ranking:
    candidates: tuple[Candidate, ...]  # the best first
    busy: tuple[UUID, ...]  # could teach the class if their other classes allowed it; `explain` names these
    refused: Mapping[str, Bools]  # by hard rule, which instructors it refuses, in the order of the problem


def rank(calendars: Calendars, class_id: UUID, most: int | None = None) -> Ranking:
    """Who can take the class, at most `most`. A class that has an instructor is ranked as if it had none.

    The calendars are changed and restored meanwhile: two threads must not share them.
    """
    encoded = calendars.prepared.encoded
    one = encoded.class_position[class_id]
    with calendars.without(one):
        return _rank(calendars, one, most)


def _rank(calendars: Calendars, one: int, most: int | None) -> Ranking:
    prepared = calendars.prepared
    pairs = all_pairs(np.array([one]), prepared.instructors)
    refused = prepared.refusals(pairs)
    able = pairs.where(~np.logical_or.reduce([*refused.values(), np.zeros(len(pairs), np.bool_)]))
    allowed = np.array([calendars.allows(one, who) for who in able.instructors.tolist()], np.bool_)
    free = able.where(allowed)
    ids = prepared.encoded.instructor_ids
    whom = free.instructors.tolist()
    terms = {key: costs.tolist() for key, costs in prepared.term_costs(free).items()}
    terms |= calendars.load_terms(one, whom)
    scored = sorted((sum(own), who, own) for who, *own in zip(whom, *terms.values(), strict=True))
    busy = tuple(ids[who] for who in able.where(~allowed).instructors.tolist())
    best = (
        Candidate(ids[who], score, dict(zip(terms, own, strict=True))) for score, who, own in scored[:most]
    )
    return Ranking(tuple(best), busy, refused)


def refusals(calendars: Calendars, bindings: list[Binding]) -> tuple[Refusal, ...]:
    ids = calendars.prepared.encoded.class_ids
    return tuple(Refusal(one.rule, tuple(ids[c] for c in one.classes)) for one in bindings)
