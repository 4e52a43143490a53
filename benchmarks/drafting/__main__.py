"""`python -m benchmarks.drafting`: planted facts found by the extractive engine, and by summarisers as long as it."""

import argparse
import asyncio
from collections.abc import Callable

from benchmarks.drafting.baselines import centroid, first_sentences
from benchmarks.drafting.planted import PlantedClass, classes
from benchmarks.drafting.scoring import NOTHING, Score, false, missed, score, score_unsorted
from domain.documentation import Citation, ClassRecord, Statement
from drafting.extractive import ExtractiveEngine

_BASELINES: dict[str, Callable[[ClassRecord, int], list[Citation]]] = {
    "first sentences": first_sentences,
    "centroid": centroid,
}


async def measure(planted: PlantedClass) -> tuple[tuple[Statement, ...], dict[str, Score]]:
    """The engine's statements, and the score of each method."""
    drafted = await ExtractiveEngine().draft(planted.record)
    scores = {"extractive": score(planted, drafted.statements)}
    for name, summarise in _BASELINES.items():
        scores[name] = score_unsorted(planted, summarise(planted.record, len(drafted.statements)))
    return drafted.statements, scores


def report(name: str, scores: dict[str, Score]) -> None:
    for method, own in scores.items():
        print(
            f"{name:<16}{method:<17}{own.planted:>8}{own.found:>7}{own.statements:>11}{own.false:>7}"
            f"{own.recall:>8.2f}{own.precision:>10.2f}"
        )
        name = ""


def explain(planted: PlantedClass, statements: tuple[Statement, ...]) -> None:
    for fact in missed(planted, statements):
        print(
            f"    missed {fact.section} {fact.outcome or ''}: {' … '.join(span.text for span in fact.spans)}"
        )
    for statement in false(planted, statements):
        print(f"    false {statement.section} {statement.outcome or ''}: {statement.text}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--explain", action="store_true", help="name what is missed and what is false")
    options = parser.parse_args()
    print(
        f"{'class':<16}{'method':<17}{'planted':>8}{'found':>7}{'statements':>11}{'false':>7}{'recall':>8}{'precision':>10}"
    )
    totals: dict[bool, dict[str, Score]] = {False: {}, True: {}}
    for planted in classes():
        statements, scores = await measure(planted)
        report(planted.name + (" *" if planted.held_out else ""), scores)
        if options.explain and not planted.held_out:
            explain(planted, statements)
        own = totals[planted.held_out]
        for method, one in scores.items():
            own[method] = own.get(method, NOTHING) + one
    report("seen", totals[False])
    report("held out *", totals[True])
    print("* no rule was written with this class in view")


if __name__ == "__main__":
    asyncio.run(main())
