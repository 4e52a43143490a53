"""Who teaches what in a plan while it is made: each instructor's classes in order, their hours and their loads."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from matching.numeric import Floats, Ints, Pairs
from matching.prepared import PreparedProblem
from matching.rules.rule import Load

NOBODY = -1
_ROUNDING = 1e-6  # hours by which sums of hours may be off


@dataclass(frozen=True)
class Binding:
    """A hard rule that links classes and keeps an instructor from one more, with the classes that are in its way."""

    rule: str
    classes: tuple[int, ...]


class Calendars:
    """The plan by position of classes and instructors. Pinned classes are held from the beginning."""

    def __init__(self, prepared: PreparedProblem) -> None:
        self.prepared = prepared
        encoded = prepared.encoded
        self._start: list[int] = encoded.start.tolist()
        self._end: list[int] = encoded.end.tolist()
        self._hours: list[float] = encoded.hours.tolist()
        self._day: list[list[int]] = encoded.day_in_zone.tolist()
        self._zone: list[int] = encoded.zone_of.tolist()
        self._gap: list[int] = prepared.least_gap.tolist()
        self._gap_across: list[int] = prepared.least_gap_across.tolist()
        self._widest = [max(gaps) for gaps in zip(self._gap, self._gap_across, strict=True)]
        self._longest = max((e - s for s, e in zip(self._start, self._end, strict=True)), default=0)
        self._periods: list[list[list[int]]] = [b.period_in_zone.tolist() for _, b in prepared.budgets]
        self._most: list[list[float]] = [budget.most.tolist() for _, budget in prepared.budgets]
        self._loads = [_LoadTable(load) for _, load in prepared.loads]
        self.holder: list[int] = [NOBODY] * prepared.classes
        self._booked: list[list[tuple[int, int]]] = [[] for _ in range(prepared.instructors)]
        self._used: list[defaultdict[tuple[int, int], float]] = [defaultdict(float) for _ in prepared.budgets]
        self.sums: list[list[float]] = [[0.0] * prepared.instructors for _ in prepared.loads]
        self._assign_pinned()

    def copy(self) -> "Calendars":
        other = Calendars.__new__(Calendars)
        other.__dict__.update(self.__dict__)
        other.holder = self.holder.copy()
        other._booked = [own.copy() for own in self._booked]
        other._used = [used.copy() for used in self._used]
        other.sums = [sums.copy() for sums in self.sums]
        return other

    def _assign_pinned(self) -> None:
        """As `assign` does with each of them, in order."""
        encoded = self.prepared.encoded
        pinned = np.flatnonzero(encoded.pinned >= 0)
        who = encoded.pinned[pinned]
        for one, instructor in zip(pinned.tolist(), who.tolist(), strict=True):
            self.holder[one] = instructor
            self._booked[instructor].append((self._start[one], one))
        for booked in self._booked:
            booked.sort()
        hours = encoded.hours[pinned]
        for kind, used in enumerate(self._used):
            periods = self.prepared.periods(kind, Pairs(pinned, who))
            first = int(periods.min(initial=0))
            wide = int(periods.max(initial=0)) - first + 1
            keys, at = np.unique(who * wide + periods - first, return_inverse=True)
            sums = np.bincount(at, hours, len(keys)).tolist()
            of_each = zip((keys // wide).tolist(), (keys % wide + first).tolist(), strict=True)
            used.update(zip(of_each, sums, strict=True))
        for sums, (_, load) in zip(self.sums, self.prepared.loads, strict=True):
            sums[:] = np.bincount(who, load.amount[pinned], len(sums)).tolist()

    def assign(self, one: int, instructor: int) -> None:
        assert self.holder[one] == NOBODY, "a class has one instructor"
        self.holder[one] = instructor
        insort(self._booked[instructor], (self._start[one], one))
        self._count(one, instructor, 1.0)

    def assign_published(self) -> None:
        """Give every class without instructor its published one, whatever the rules say."""
        for one, instructor in enumerate(self.prepared.encoded.published.tolist()):
            if instructor >= 0 and self.holder[one] == NOBODY:
                self.assign(one, instructor)

    def release(self, one: int) -> int:
        """Take the class from its instructor, who is returned."""
        instructor = self.holder[one]
        if instructor != NOBODY:
            self.holder[one] = NOBODY
            self._booked[instructor].remove((self._start[one], one))
            self._count(one, instructor, -1.0)
        return instructor

    @contextmanager
    def without(self, one: int) -> Iterator[None]:
        """The plan as if the class had no instructor, for as long as the context lasts."""
        instructor = self.release(one)
        try:
            yield
        finally:
            if instructor != NOBODY:
                self.assign(one, instructor)

    def classes_of(self, instructor: int) -> list[int]:
        """In order of their starts."""
        return [one for _, one in self._booked[instructor]]

    def allows(self, one: int, instructor: int) -> bool:
        """Whether the instructor can take the class beside what they have. Rules on the pair are not looked at."""
        zone, hours = self._zone[instructor], self._hours[one]
        for periods, used, most in zip(self._periods, self._used, self._most, strict=True):
            if used[instructor, periods[zone][one]] + hours > most[instructor] + _ROUNDING:
                return False
        booked, widest = self._booked[instructor], self._widest[instructor]
        days, ends = self._day[zone], self._end
        start, end, day = self._start[one], ends[one], days[one]
        first = start - widest - self._longest
        for at in range(bisect_left(booked, (end + widest,)) - 1, -1, -1):
            other_start, other = booked[at]
            if other_start < first:
                break
            least = self._gap[instructor] if days[other] == day else self._gap_across[instructor]
            if other_start < end + least and ends[other] + least > start and other != one:
                return False
        return True

    def choices(self, one: int) -> Iterator[tuple[int, float]]:
        """Who can take the class beside what they have, and what the plan would cost more with each."""
        eligible = self.prepared.eligible
        own = eligible.of_class(one)
        instructors, costs = eligible.pairs.instructors[own].tolist(), eligible.cost[own].tolist()
        for instructor, cost in zip(instructors, costs, strict=True):
            if self.allows(one, instructor):
                yield instructor, cost + self.added_cost(one, instructor)

    def in_the_way(self, one: int, instructor: int) -> list[int]:
        """The instructor's classes that overlap with the class or are too close to it."""
        return self._too_close(one, instructor)

    def hours_left(self, kind: int, one: int, instructor: int) -> float:
        """What is left of the budget of this kind in the period of the class."""
        period = self._periods[kind][self._zone[instructor]][one]
        return self._most[kind][instructor] - self._used[kind][instructor, period]

    def bindings(self, one: int, instructor: int) -> list[Binding]:
        """The rules on spacing and hours that keep the class from the instructor."""
        found: dict[str, list[int]] = {}
        for other in self._too_close(one, instructor):
            for key in self._closeness(one, other, instructor):
                found.setdefault(key, []).append(other)
        for kind, (rule, _) in enumerate(self.prepared.budgets):
            if self.hours_left(kind, one, instructor) + _ROUNDING < self._hours[one]:
                period = self._periods[kind][self._zone[instructor]]
                mates = [c for c in self.classes_of(instructor) if period[c] == period[one] and c != one]
                found[rule.key] = mates
        return [Binding(rule, tuple(classes)) for rule, classes in found.items()]

    def load_costs(self, one: int, instructor: int) -> list[float]:
        """What the class adds to the cost of each load if the instructor takes it; it must not be theirs yet."""
        return [
            table.marginal(instructor, sums[instructor], table.amount[one])
            for table, sums in zip(self._loads, self.sums, strict=True)
        ]

    def load_terms(self, one: int, instructors: Sequence[int]) -> dict[str, list[float]]:
        """The same for each of them at once, by the key of the load's rule."""
        who: Ints = np.array(instructors, np.int64)
        return {
            rule.key: table.marginal_of_each(
                who, np.array([sums[i] for i in instructors], np.float64), table.amount[one]
            )
            for (rule, _), table, sums in zip(self.prepared.loads, self._loads, self.sums, strict=True)
        }

    def added_cost(self, one: int, instructor: int) -> float:
        return sum(self.load_costs(one, instructor))

    def objective(self) -> float:
        return float(sum(self.objective_terms().values()))

    def objective_terms(self) -> dict[str, float]:
        """The cost of the plan by soft rule; `unassigned` is the penalty of classes without instructor."""
        prepared = self.prepared
        holder: Ints = np.array(self.holder, np.int64)
        terms = {key: float(costs.sum()) for key, costs in prepared.term_costs(self.held_pairs()).items()}
        for (rule, load), sums in zip(prepared.loads, self.sums, strict=True):
            terms[rule.key] = terms.get(rule.key, 0.0) + float(load.cost(np.array(sums)).sum())
        terms["unassigned"] = float(prepared.encoded.penalty[holder < 0].sum())
        return terms

    def held_pairs(self) -> Pairs:
        """The classes that have an instructor, without time that is taken."""
        holder: Ints = np.array(self.holder[: self.prepared.encoded.own_classes], np.int64)
        held = np.flatnonzero(holder >= 0)
        return Pairs(held, holder[held])

    def unassigned(self) -> list[int]:
        return [one for one, instructor in enumerate(self.holder) if instructor == NOBODY]

    def load_sums(self, kind: int) -> Floats:
        return np.array(self.sums[kind], np.float64)

    def _too_close(self, one: int, instructor: int) -> list[int]:
        """The instructor's classes that overlap with the class or are too close to it; `allows` asks for any."""
        booked = self._booked[instructor]
        day, ends = self._day[self._zone[instructor]], self._end
        start, end, own_day = self._start[one], ends[one], day[one]
        gap, across = self._gap[instructor], self._gap_across[instructor]
        widest = self._widest[instructor]
        first = bisect_left(booked, (start - widest - self._longest,))
        last = bisect_left(booked, (end + widest,), first)
        found: list[int] = []
        for other_start, other in booked[first:last]:
            least = gap if day[other] == own_day else across
            if other_start < end + least and ends[other] + least > start and other != one:
                found.append(other)
        return found

    def _closeness(self, one: int, other: int, instructor: int) -> list[str]:
        """The rules on spacing that two classes of the instructor break; classes that overlap break the first alone."""
        between = max(self._start[one], self._start[other]) - min(self._end[one], self._end[other])
        day = self._day[self._zone[instructor]]
        broken = [
            rule.key
            for rule, spacing in self.prepared.spacings
            if between < spacing.least[instructor]
            and (not spacing.across_days_only or day[one] != day[other])
        ]
        return broken[:1] if between < 0 else broken

    def _count(self, one: int, instructor: int, sign: float) -> None:
        for kind, periods in enumerate(self._periods):
            self._used[kind][instructor, periods[self._zone[instructor]][one]] += sign * self._hours[one]
        for table, sums in zip(self._loads, self.sums, strict=True):
            sums[instructor] += sign * table.amount[one]


class _LoadTable:
    """A load as plain numbers, which are faster to read one by one than arrays."""

    def __init__(self, load: Load) -> None:
        self.amount: list[float] = load.amount.tolist()
        self._ends: Floats = np.cumsum(load.widths, axis=1)
        self._begins: Floats = np.hstack((np.zeros((len(self._ends), 1)), self._ends[:, :-1]))
        self._slopes = load.slopes
        self._pieces = [
            list(zip(widths, slopes, strict=True))
            for widths, slopes in zip(load.widths.tolist(), load.slopes.tolist(), strict=True)
        ]

    def marginal(self, instructor: int, before: float, amount: float) -> float:
        if not amount:
            return 0.0
        cost, begin, after = 0.0, 0.0, before + amount
        for width, slope in self._pieces[instructor]:
            end = begin + width
            low, high = max(before, begin), min(after, end)
            if high > low:
                cost += slope * (high - low)
            begin = end
        return cost

    def marginal_of_each(self, instructors: Ints, before: Floats, amount: float) -> list[float]:
        if not amount:
            return [0.0] * len(instructors)
        low = np.maximum(before[:, None], self._begins[instructors])
        high = np.minimum(before[:, None] + amount, self._ends[instructors])
        costs: list[float] = (np.maximum(high - low, 0.0) * self._slopes[instructors]).sum(axis=1).tolist()
        return costs
