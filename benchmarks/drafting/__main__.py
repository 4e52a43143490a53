"""`python -m benchmarks.drafting`: planted facts found by the extractive engine, and by summarisers of its length."""

import argparse
import asyncio
from collections.abc import Callable

from benchmarks.drafting.baselines import centroid, first_sentences
from benchmarks.drafting.planted import PlantedClass, classes
from benchmarks.drafting.scoring import NOTHING, Score, false, missed, score, score_unsorted
from benchmarks.report import Report, Verdict, at_least
from domain.record.documentation import Citation, ClassRecord, Statement
from drafting.extractive import ExtractiveEngine

LEAST = 0.8  # of recall and precision
_ENGINE = "extractive"
_BASELINES: dict[str, Callable[[ClassRecord, int], list[Citation]]] = {
    "first sentences": first_sentences,
    "centroid": centroid,
}
_SEEN, _HELD_OUT = "seen", "held out *"
_COLUMNS = ("class", "method", "planted", "found", "statements", "false", "recall", "precision")

Scores = dict[str, Score]


async def measure(*, explain: bool = False) -> Report:
    rows: list[list[str]] = []
    totals: dict[str, Scores] = {_SEEN: {}, _HELD_OUT: {}}
    for planted in classes():
        statements, scores = await _measured(planted)
        rows += _rows(planted.name + (" *" if planted.held_out else ""), {_ENGINE: scores[_ENGINE]})
        if explain:
            _explain(planted, statements)
        own = totals[_HELD_OUT if planted.held_out else _SEEN]
        for method, of_method in scores.items():
            own[method] = own.get(method, NOTHING) + of_method
    rows += [row for name, scores in totals.items() for row in _rows(name, scores)]
    return Report("benchmarks.drafting", _COLUMNS, rows, _verdicts(totals))


async def _measured(planted: PlantedClass) -> tuple[tuple[Statement, ...], Scores]:
    """The engine's statements, and the score of each method."""
    drafted = await ExtractiveEngine().draft(planted.record)
    scores = {_ENGINE: score(planted, drafted.statements)}
    for name, summarise in _BASELINES.items():
        scores[name] = score_unsorted(planted, summarise(planted.record, len(drafted.statements)))
    return drafted.statements, scores


def _rows(name: str, scores: Scores) -> list[list[str]]:
    return [
        [
            name if method == _ENGINE else "",
            method,
            *map(str, (own.planted, own.found, own.statements, own.false)),
            f"{own.recall:.2f}",
            f"{own.precision:.2f}",
        ]
        for method, own in scores.items()
    ]


def _verdicts(totals: dict[str, Scores]) -> list[Verdict]:
    engine = {name: scores[_ENGINE] for name, scores in totals.items()}
    return [
        *(at_least(f"recall, {name}", own.recall, LEAST) for name, own in engine.items()),
        *(at_least(f"precision, {name}", own.precision, LEAST) for name, own in engine.items()),
        Verdict("*", "written after the rules, which have not been changed for it"),
    ]


def _explain(planted: PlantedClass, statements: tuple[Statement, ...]) -> None:
    print(planted.name)
    for fact in missed(planted, statements):
        print(
            f"    missed {fact.section} {fact.outcome or ''}: {' … '.join(span.text for span in fact.spans)}"
        )
    for statement in false(planted, statements):
        print(f"    false {statement.section} {statement.outcome or ''}: {statement.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--explain", action="store_true", help="name what is missed and what is false")
    asyncio.run(measure(explain=parser.parse_args().explain)).show()


if __name__ == "__main__":
    main()
