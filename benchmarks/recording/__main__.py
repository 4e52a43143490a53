"""`python -m benchmarks.recording [--only NAME]`: a class for each kind of fault, two at a time."""

import argparse
import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median

from benchmarks.recording.faults import FAULTS, FaultKind, Group, Observed, Stage
from benchmarks.recording.losses import Loss, heard, loss, worst
from benchmarks.report import Report, Verdict, at_most, show_progress
from domain.sessions.policies import SessionPolicy
from tests.stack import TestLiveKit, start_livekit, temporary_folder

AT_A_TIME = 2
BEFORE_AIM, AGAIN_AIM, LAST_WORDS_AIM, STORAGE_AIM = 1.0, 10.0, 0.5, 0.0


@dataclass(frozen=True)
class Measured:
    kind: FaultKind
    loss: Loss  # of the voice that lost most
    late: Sequence[float]  # by how many seconds stored windows are dated after they were spoken
    speakers_back: float | None = None  # seconds after the fault: see Observed


def measured(kind: FaultKind, observed: Observed) -> Measured:
    losses = [
        loss(heard(spoken for _, spoken in windows), observed.fault) for windows in observed.stored.values()
    ]
    late = [date - spoken for windows in observed.stored.values() for date, spoken in windows]
    back = observed.speakers_back
    return Measured(kind, worst(losses), late, (back - observed.fault.over).total_seconds() if back else None)


async def measure(kinds: Sequence[FaultKind] = FAULTS) -> Report:
    gate = asyncio.Semaphore(AT_A_TIME)
    with temporary_folder("benchmark", on_disk=True) as folder:
        shared = _server(folder / "shared")
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(_in_turn(gate, kind, shared, folder / str(number)))
                    for number, kind in enumerate(kinds)
                    if kind.possible
                ]
        finally:
            shared.stop()
    return report([task.result() for task in tasks], [kind for kind in kinds if not kind.possible])


async def _in_turn(gate: asyncio.Semaphore, kind: FaultKind, shared: TestLiveKit, folder: Path) -> Measured:
    async with gate:
        show_progress(kind.name)
        started = time.monotonic()
        await asyncio.to_thread((folder / "class").mkdir, parents=True)
        server = await asyncio.to_thread(_server, folder / "media-server") if kind.own_server else shared
        try:
            one = measured(kind, await kind.inflict(Stage(server, folder / "class")))
        finally:
            if server is not shared:
                server.stop()
        show_progress(f"{kind.name}: {', '.join(_figures(one)[1:])} after {time.monotonic() - started:.0f} s")
        return one


def _server(folder: Path) -> TestLiveKit:
    folder.mkdir()
    return start_livekit(folder)


def report(measurements: Sequence[Measured], impossible: Sequence[FaultKind] = ()) -> Report:
    return Report(
        "benchmarks.recording",
        ["fault", "lost before, s", "heard again, s", "lost in all, s"],
        [_figures(one) for one in measurements],
        [
            *_verdicts(measurements),
            *(Verdict(kind.name, "not measured, only root may mount its disk") for kind in impossible),
        ],
    )


def _figures(one: Measured) -> list[str]:
    again = "" if one.kind.group == Group.END else _seconds(one.loss.heard_again)
    return [one.kind.name, _seconds(one.loss.before), again, _seconds(one.loss.total)]


def _seconds(seconds: float) -> str:
    return "never" if seconds == inf else f"{seconds:.2f}"


def _verdicts(measurements: Sequence[Measured]) -> list[Verdict]:
    groups: dict[Group, list[Measured]] = {}
    for one in measurements:
        groups.setdefault(one.kind.group, []).append(one)
    verdicts = [_aim(group, worst([one.loss for one in ones])) for group, ones in groups.items()]
    late = [seconds for one in measurements for seconds in one.late]
    back = [one.speakers_back for one in measurements if one.speakers_back is not None]
    return [
        *(verdict for group in verdicts for verdict in group),
        *(Verdict("speakers back after the media server's death", f"{seconds:.1f} s") for seconds in back),
        Verdict("length of a segment", f"{SessionPolicy().segment_seconds} s"),
        *([Verdict("dated after it was spoken", _spread(late))] if late else []),
    ]


def _aim(group: Group, most: Loss) -> list[Verdict]:
    if group == Group.END:
        return [_at_most("last words before the room is deleted: lost", most.before, LAST_WORDS_AIM)]
    if group == Group.STORAGE:
        return [_at_most(f"{group}: lost in all", most.total, STORAGE_AIM)]
    return [
        _at_most(f"{group}: lost of what was spoken before", most.before, BEFORE_AIM),
        _at_most(f"{group}: heard again after", most.heard_again, AGAIN_AIM),
    ]


def _at_most(what: str, seconds: float, aim: float) -> Verdict:
    return at_most(what, round(seconds, 2), aim, " s")


def _spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"{median(ordered):.2f} s, 99 % within {ordered[int(0.99 * (len(ordered) - 1))]:.2f} s"


def main() -> None:
    names: Mapping[str, FaultKind] = {kind.name: kind for kind in FAULTS}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="FAULT", default=list(names), help=", ".join(names))
    options = parser.parse_args()
    if unknown := set(options.only) - names.keys():
        parser.error(f"there is no fault {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    asyncio.run(measure([names[name] for name in options.only])).show()


if __name__ == "__main__":
    main()
