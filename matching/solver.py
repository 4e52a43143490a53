"""Solves a program with HiGHS, as a linear program or in whole numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.numeric import Floats, Ints
from matching.program import Program

if TYPE_CHECKING:
    import highspy

_LARGE = 50_000  # columns, from which on the first-order method is the faster one
_FIRST_ORDER_TOLERANCE = 1e-4  # relative
_SEARCHES = ("mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost")


@dataclass(frozen=True)
class Limits:
    """Those of the work are the same on every machine; `seconds` is a last resort."""

    seconds: float
    gap: float = 1e-6  # in units of the objective; the solver may stop within it
    nodes: int = 10**6
    seed: int = 0
    searches: bool = True  # in smaller programs for better plans; without, a good plan is proven sooner
    stopped: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Solution:
    values: Floats  # (columns,)
    objective: float
    bound: float  # no solution of the program is better
    row_prices: (
        Floats  # (rows,): change of the objective per unit of each row's limit; empty in whole numbers
    )


def solve_relaxed(program: Program, limits: Limits, *, corner: bool = False) -> Solution | None:
    """The optimum without whole numbers; None if a limit came first.

    By an interior point method, by a first-order method (PDLP) if the program is large, or with `corner` by the simplex
    method, which ends in an optimum with few fractions and is fast for small programs. The first two end in the middle
    of all optima. The row prices of PDLP are rough: a bound must be computed from them, not taken from the objective.
    """
    if program.positions.size == 0:
        return None
    highs = _loaded(program, limits, whole=False)
    if corner:
        highs.setOptionValue("solver", "simplex")
    elif len(program.cost) >= _LARGE:
        highs.setOptionValue("solver", "pdlp")
        highs.setOptionValue("kkt_tolerance", _FIRST_ORDER_TOLERANCE)
    else:
        highs.setOptionValue("solver", "ipm")
        highs.setOptionValue("run_crossover", "off")
        highs.setOptionValue("ipm_optimality_tolerance", 1e-6)
    highs.run()
    if not _is_optimal(highs):
        return None
    solution = highs.getSolution()
    objective = float(highs.getObjectiveValue())
    return Solution(np.array(solution.col_value), objective, objective, np.array(solution.row_dual))


def solve_whole(program: Program, limits: Limits, start: Ints) -> Solution | None:
    """The best plan of the program within the limits; None if none was found.

    `start` has the columns of the pairs of a plan that is known.
    """
    if program.positions.size == 0:
        return None
    highs = _loaded(program, limits, whole=True)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", limits.gap)
    highs.setOptionValue("mip_max_nodes", limits.nodes)
    for option in _SEARCHES:
        highs.setOptionValue(option, limits.searches)
    _begin_with(highs, program, start)
    highs.run()
    info = highs.getInfo()
    if not np.isfinite(info.objective_function_value) or not highs.getSolution().value_valid:
        return None
    values = np.array(highs.getSolution().col_value)
    return Solution(values, float(info.objective_function_value), float(info.mip_dual_bound), np.zeros(0))


def _begin_with(highs: "highspy.Highs", program: Program, start: Ints) -> None:
    pairs, classes = len(program.positions), len(program.classes)
    values = np.zeros(pairs + classes)
    values[start] = 1.0
    row, column, _ = program.entries
    cover = (row < classes) & (column < pairs)
    taken = np.zeros(classes)
    np.add.at(taken, row[cover], values[column[cover]])
    values[pairs:] = 1.0 - taken
    highs.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)


def _loaded(program: Program, limits: Limits, *, whole: bool) -> "highspy.Highs":
    import highspy

    highs = _silent_solver()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", limits.seed % 2**31)
    highs.setOptionValue("time_limit", max(0.01, limits.seconds))
    model = highspy.HighsLp()
    row, column, value = program.entries
    columns, rows = len(program.cost), len(program.row_lower)
    order = np.argsort(column, kind="stable")
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, np.zeros(columns), program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.searchsorted(column[order], np.arange(columns + 1)).astype(np.int32)
    model.a_matrix_.index_ = row[order].astype(np.int32)
    model.a_matrix_.value_ = value[order]
    if whole:
        integer, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        binary = len(program.positions) + len(program.classes)
        model.integrality_ = [integer] * binary + [real] * (columns - binary)
    highs.passModel(model)

    def interrupt(event: Any) -> None:
        if limits.stopped():
            event.interrupt()

    for callback in (highs.cbMipInterrupt, highs.cbIpmInterrupt, highs.cbSimplexInterrupt):
        callback.subscribe(interrupt)
    return highs


def _silent_solver() -> "highspy.Highs":
    import highspy

    class Silent(highspy.Highs):
        """Says nothing from the beginning: the solver's first object prints a banner when it enables callbacks."""

        def enableCallbacks(self) -> Any:  # noqa: N802
            self.setOptionValue("output_flag", False)
            return super().enableCallbacks()  # type: ignore[no-untyped-call]

    return Silent()  # type: ignore[no-untyped-call]


def _is_optimal(highs: "highspy.Highs") -> bool:
    import highspy

    # Without crossover an interior optimum may be reported as one within looser tolerances.
    return highs.getModelStatus() in (
        highspy.HighsModelStatus.kOptimal,
        highspy.HighsModelStatus.kUnknown,
    )
