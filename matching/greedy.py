"""A first plan: classes with the fewest possible instructors choose first, each the cheapest who is free."""

import numpy as np

from matching.calendars import NOBODY, Calendars


def fill_greedily(calendars: Calendars, seed: int) -> None:
    """Give every class without instructor the cheapest one who can take it; `seed` breaks ties."""
    prepared = calendars.prepared
    choices = np.diff(prepared.eligible.offset)
    tie = np.random.default_rng(seed).permutation(prepared.classes)
    for one in np.lexsort((tie, choices)).tolist():
        if calendars.holder[one] == NOBODY:
            assign_cheapest(calendars, one)


def assign_cheapest(calendars: Calendars, one: int) -> None:
    """Leave the class without instructor if nobody can take it, or only for more than its penalty."""
    least, chosen = float(calendars.prepared.encoded.penalty[one]), NOBODY
    for instructor, cost in calendars.choices(one):
        if cost < least:
            least, chosen = cost, instructor
    if chosen != NOBODY:
        calendars.assign(one, chosen)


def keep_published(calendars: Calendars) -> None:
    """Begin with what the published plan says, as far as it is still allowed."""
    prepared = calendars.prepared
    published = prepared.encoded.published
    for one in np.flatnonzero(published >= 0).tolist():
        instructor = int(published[one])
        if (
            calendars.holder[one] == NOBODY
            and prepared.eligible.position(one, instructor) is not None
            and calendars.allows(one, instructor)
        ):
            calendars.assign(one, instructor)
