"""Prices from a relaxed solution: what a class, a moment of an instructor, their hours and their load are worth.

For any prices that are not negative the priced problem falls apart into single classes, so its optimum is a sum of
minima. No plan costs less than it, however rough the prices are.
"""

from dataclasses import dataclass

import numpy as np

from matching.calendars import Calendars
from matching.cliques import Timeline, running_sums
from matching.numeric import Floats, Ints, Pairs
from matching.program import Program, period_keys
from matching.rest_rows import RestRows
from matching.rules.rule import Load


@dataclass(frozen=True)
class Prices:
    """Of the program over all classes that are free beside `calendars`."""

    bound: float  # of the objective of any plan
    class_price: (
        Floats  # (classes,): what it costs at least to take the class, or to leave it; 0 for pinned ones
    )
    slot: Floats  # (pairs,): scarcity of the instructor's time, of eligible pairs
    hours: Floats  # (pairs,): scarcity of the instructor's hours
    load: Floats  # (pairs,): what the hours are worth to the instructor's load
    full: Floats  # (pairs,): cost + slot + hours + load
    reduced: Floats  # (pairs,): the full cost less the price of the class: what it costs beyond the best


def prices_of(
    calendars: Calendars,
    program: Program,
    row_prices: Floats,
    timeline: Timeline,
    rests: RestRows,
    candidates: Ints,
) -> Prices:
    """`calendars` holds what is fixed; `candidates` are the positions of all pairs that a plan may use."""
    prepared = calendars.prepared
    eligible, encoded = prepared.eligible, prepared.encoded
    pairs = eligible.pairs
    counts = (
        len(program.classes),
        len(program.cliques.instructor),
        *(len(one.left) for one in program.hours),
    )
    ends = np.cumsum(counts)
    clique = np.maximum(0.0, -row_prices[ends[0] : ends[1]])
    slot = _slot_prices(timeline, program, clique, pairs)
    spent = float(clique.sum())
    hours: Floats = np.zeros(len(pairs))
    for kind, rows in enumerate(program.hours):
        price = np.maximum(0.0, -row_prices[ends[kind + 1] : ends[kind + 2]])
        spent += float(price @ rows.left)
        hours += _hour_prices(calendars, kind, program, price, pairs)
    at = int(ends[-1])
    load: Floats = np.zeros(len(pairs))
    constant = 0.0
    for (_, kind_of_load), load_rows, kind in zip(
        prepared.loads, program.loads, range(len(prepared.loads)), strict=True
    ):
        before = calendars.load_sums(kind)
        price = _slopes_at(kind_of_load, before)
        price[load_rows.instructor] = -row_prices[at : at + len(load_rows.instructor)]
        price = np.clip(price, kind_of_load.slopes[:, 0], kind_of_load.slopes[:, -1])
        difference = kind_of_load.slopes - price[:, None]
        gained = np.where(difference < 0, difference * np.where(difference < 0, kind_of_load.widths, 0), 0)
        constant += float((kind_of_load.at_zero + price * before + gained.sum(axis=1)).sum())
        load += price[pairs.instructors] * kind_of_load.amount[pairs.classes]
        at += len(load_rows.instructor)
    for number, price_of_rest in zip(program.rests, np.maximum(0.0, -row_prices[at:]), strict=True):
        slot[rests.rows[number]] += price_of_rest
        spent += float(price_of_rest)
    full = eligible.cost + slot + hours + load
    class_price = np.where(np.array(calendars.holder) < 0, encoded.penalty, 0.0)
    np.minimum.at(class_price, pairs.classes[candidates], full[candidates])
    held = np.flatnonzero(np.array(calendars.holder) >= 0)
    class_price[held] = 0.0
    bound = float(prepared.cost(calendars.held_pairs()).sum()) + constant + float(class_price.sum()) - spent
    return Prices(bound, class_price, slot, hours, load, full, full - class_price[pairs.classes])


def _slopes_at(load: Load, sums: Floats) -> Floats:
    """What the next unit costs each instructor."""
    piece = (np.cumsum(load.widths, axis=1) <= sums[:, None]).sum(axis=1)
    slopes: Floats = load.slopes[np.arange(len(sums)), np.minimum(piece, load.slopes.shape[1] - 1)]
    return slopes


def _slot_prices(timeline: Timeline, program: Program, price: Floats, pairs: Pairs) -> Floats:
    """The sum of the prices of the moments at which each class runs."""
    keys = timeline.at(program.cliques.instructor, program.cliques.moment)
    order = np.argsort(keys)
    sums = running_sums(price[order])
    begin, end = timeline.spans(pairs)
    total: Floats = sums[np.searchsorted(keys[order], end)] - sums[np.searchsorted(keys[order], begin)]
    return total


def _hour_prices(calendars: Calendars, kind: int, program: Program, price: Floats, pairs: Pairs) -> Floats:
    prepared, rows = calendars.prepared, program.hours[kind]
    if not len(price):
        return np.zeros(len(pairs))
    period = prepared.periods(kind, pairs)
    keys = period_keys(rows.instructor, rows.period, period)
    order = np.argsort(keys)
    wanted = period_keys(pairs.instructors, period, period)
    at = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    found: Floats = np.where(keys[order][at] == wanted, price[order][at], 0.0)
    return found * prepared.encoded.hours[pairs.classes]
