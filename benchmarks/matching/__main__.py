"""`python -m benchmarks.matching`: plans, rankings and repairs for weeks of 300, 3,000 and 20,000 classes."""

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.matching.forced_resolves import disagreements
from benchmarks.matching.schools import HOUR, Size, school
from benchmarks.report import Report, Verdict, at_most, show_progress
from matching.numeric import Floats
from matching.planner import Plan, plan
from matching.prepared import PreparedProblem
from matching.problem import Problem
from matching.progress import Phase, Progress
from matching.ranking import rank
from matching.repair import repair

SIZES = (Size(300, 20, 5), Size(3_000, 100, 6), Size(20_000, 1_000, 30))
MOST_GAP = {300: 0.0001, 3_000: 0.1, 20_000: 0.15}  # percent
MOST_SECONDS = {300: 0.5, 20_000: 300.0}
MOST_MEGABYTES = 1_000
RANKINGS, REPAIRS, FORCED = 2_000, 20, 1_000
MOST_RANK, MOST_REPAIR = 1.0, 200.0  # milliseconds
_PATIENCE = 3_600.0  # seconds on the clock: on a busy machine the CPU time says what a free one would take


@dataclass(frozen=True)
class Measured:
    classes: int
    instructors: int
    pairs: int
    greedy: float
    rematched: float
    objective: float
    bound: float
    gap: float  # percent
    unassigned: int
    seconds: float
    cpu: float
    cpu_to_aim: float  # until the gap was within its aim
    megabytes: float
    jain: float  # of hours against target: 1 is even
    on_target: float  # share of instructors within 10 % of it
    continuity: float  # kept, of classes whose instructor before may teach them
    rank_p50: float  # ms
    rank_p99: float
    repair_p50: float
    repair_most: float

    @property
    def name(self) -> str:
        return f"{self.classes:,} x {self.instructors:,}"


async def measure(sizes: Sequence[Size] = SIZES, forced: int = FORCED) -> Report:
    """Each size in a process of its own, so that its memory is its own."""
    measured = [await _measured_alone(size) for size in sizes]
    show_progress(f"{forced:,} forced plans")
    found = list(disagreements(forced))
    return _report(measured, forced, found)


async def _measured_alone(size: Size) -> Measured:
    show_progress(f"{size.name}")
    command = (sys.executable, "-m", "benchmarks.matching", "--alone", json.dumps(asdict(size)))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the plan of {size.name} ended with {process.returncode}")
    return Measured(**json.loads(output.splitlines()[-1]))


def measure_one(size: Size) -> Measured:
    import highspy  # noqa: F401
    import scipy.optimize  # noqa: F401

    problem = school(size)
    shown = time.monotonic()
    cpu_at_aim: float | None = None

    def show(progress: Progress) -> None:
        nonlocal shown, cpu_at_aim
        if cpu_at_aim is None and 100 * progress.gap <= MOST_GAP.get(size.classes, 0.0):
            cpu_at_aim = time.process_time()
        if time.monotonic() - shown > 10:
            shown = time.monotonic()
            show_progress(
                f"{size.name} {progress.phase}: {progress.objective:,.0f}, gap {100 * progress.gap:.3f} %"
            )

    started, cpu = time.monotonic(), time.process_time()
    prepared = PreparedProblem(problem)
    made = plan(prepared, seconds=_PATIENCE, on_progress=show)
    seconds, ended = time.monotonic() - started, time.process_time()
    classes, instructors = problem.classes, problem.instructors
    ranks = _times(RANKINGS, lambda one: rank(made.calendars, classes[one].id), len(classes))
    repairs = _times(REPAIRS, lambda one: repair(made.calendars, instructors[one].id), len(instructors))
    ratios = _load_ratios(problem, made)
    return Measured(
        size.classes,
        size.instructors,
        len(prepared.eligible.cost),
        made.objectives[Phase.GREEDY],
        made.objectives.get(Phase.REMATCHING, made.objectives[Phase.GREEDY]),
        made.objective,
        made.bound,
        100 * made.gap,
        sum(who is None for who in made.assignment.values()),
        seconds,
        ended - cpu,
        (cpu_at_aim or ended) - cpu,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        float(ratios.sum() ** 2 / (len(ratios) * (ratios**2).sum())),
        float((np.abs(ratios - 1) <= 0.1).mean()),
        _continuity(made),
        *(float(np.percentile(ranks, share)) for share in (50, 99)),
        *(float(np.percentile(repairs, share)) for share in (50, 100)),
    )


def _times(count: int, act: Callable[[int], object], among: int) -> list[float]:
    """Milliseconds of `count` acts, each with one of so many positions."""
    dice = np.random.default_rng(0)
    times = []
    for one in dice.integers(among, size=count).tolist():
        began = time.process_time()
        act(one)
        times.append(1e3 * (time.process_time() - began))
    return times


def _load_ratios(problem: Problem, made: Plan) -> Floats:
    hours = dict.fromkeys((one.id for one in problem.instructors), 0.0)
    for one in problem.classes:
        if (who := made.assignment[one.id]) is not None:
            hours[who] += (one.ends_at - one.starts_at) / HOUR
    return np.array([hours[one.id] / (one.target / HOUR) for one in problem.instructors if one.target])


def _continuity(made: Plan) -> float:
    encoded = made.calendars.prepared.encoded
    eligible = made.calendars.prepared.eligible
    previous, holder = encoded.previous.tolist(), made.calendars.holder
    could = [one for one, who in enumerate(previous) if who >= 0 and eligible.position(one, who) is not None]
    kept = sum(1 for one in could if holder[one] == previous[one])
    return kept / max(1, len(could))


def _report(sizes: Sequence[Measured], forced: int, disagreeing: Sequence[str]) -> Report:
    columns = (
        "classes x instructors, pairs",
        "greedy",
        "re-matched",
        "plan",
        "bound",
        "gap %",
        "left out",
        "s",
        "CPU s",
        "to aim",
        "MB",
        "Jain",
        "on target",
        "continuity",
        "rank ms",
        "repair ms",
    )
    rows = [
        [
            f"{one.name}, {one.pairs:,}",
            f"{one.greedy:,.0f}",
            f"{one.rematched:,.0f}",
            f"{one.objective:,.0f}",
            f"{one.bound:,.0f}",
            f"{one.gap:.4f}",
            str(one.unassigned),
            f"{one.seconds:.1f}",
            f"{one.cpu:.1f}",
            f"{one.cpu_to_aim:.1f}",
            f"{one.megabytes:.0f}",
            f"{one.jain:.3f}",
            f"{one.on_target:.2f}",
            f"{one.continuity:.2f}",
            f"{one.rank_p50:.2f}",
            f"{one.repair_p50:.0f}",
        ]
        for one in sizes
    ]
    verdicts: list[Verdict] = []
    for one in sizes:
        if one.classes in MOST_GAP:
            verdicts.append(at_most(f"{one.name}: gap", round(one.gap, 4), MOST_GAP[one.classes], " %"))
        if one.classes in MOST_SECONDS:
            name = f"{one.name}: CPU seconds to this gap"
            verdicts.append(at_most(name, round(one.cpu_to_aim, 2), MOST_SECONDS[one.classes], " s"))
        verdicts += [
            at_most(f"{one.name}: memory", round(one.megabytes), MOST_MEGABYTES, " MB"),
            at_most(f"{one.name}: ranking, p99", round(one.rank_p99, 2), MOST_RANK, " ms"),
            at_most(f"{one.name}: repair, most", round(one.repair_most), MOST_REPAIR, " ms"),
        ]
    verdicts.append(
        at_most(f"explanations that {forced:,} forced plans don't agree with", len(disagreeing), 0)
    )
    return Report("benchmarks.matching", columns, rows, verdicts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most-classes", type=int, default=SIZES[-1].classes)
    parser.add_argument("--forced", type=int, default=FORCED)
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(asdict(measure_one(Size(**json.loads(options.alone))))))
        return
    sizes = [size for size in SIZES if size.classes <= options.most_classes]
    asyncio.run(measure(sizes, options.forced)).show()


if __name__ == "__main__":
    main()
