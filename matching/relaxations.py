"""For a class without instructor: the smallest sets of hard rules that would have to give way for somebody to take it.

Where `busy` gives way, the other rules on the time between the same two classes do so with it.
"""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from matching.calendars import Calendars
from matching.numeric import all_pairs


@dataclass(frozen=True)
class Relaxation:
    rules: frozenset[str]  # empty: somebody can take the class, but only for more than its penalty
    instructor_ids: tuple[UUID, ...]  # who could take the class then


def relaxations(calendars: Calendars, class_id: UUID) -> list[Relaxation]:
    """The sets of which no other one is a part, the smallest first. The other classes stay with their instructors."""
    prepared = calendars.prepared
    one = prepared.encoded.class_position[class_id]
    pairs = all_pairs(np.array([one]), prepared.instructors)
    refused = {key: forbidden.tolist() for key, forbidden in prepared.refusals(pairs).items()}
    by_rules: dict[frozenset[str], list[UUID]] = {}
    with calendars.without(one):
        for who, key in enumerate(prepared.encoded.instructor_ids):
            rules = {rule for rule, forbidden in refused.items() if forbidden[who]}
            rules.update(binding.rule for binding in calendars.bindings(one, who))
            by_rules.setdefault(frozenset(rules), []).append(key)
    smallest = [rules for rules in by_rules if not any(other < rules for other in by_rules)]
    smallest.sort(key=lambda rules: (len(rules), sorted(rules)))
    return [Relaxation(rules, tuple(by_rules[rules])) for rules in smallest]
