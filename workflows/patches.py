"""Patches: how a workflow is edited while older runs of it are still open (docs/adr/0015).

An open run replays its history with the newest code, which must give the same commands in the same order. An edit that
changes them gets a patch in the table below, and the workflow keeps both branches:

    if patched(patches.SOME_EDIT):
        ...  # runs that reach this line after the edit
    else:
        ...  # runs that passed it before the edit; kept until `removable`

On `removable` the old branch is replaced by `deprecate(patches.SOME_EDIT)`, for the runs that have the patch in their
history; when those are closed too, the call and the row of the table are removed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from temporalio import workflow


@dataclass(frozen=True)
class Patch:
    id: str  # stored in histories: never renamed, never used for another edit
    added: date  # the release that brings it
    removable: date  # from then on no older run is open; ADR 15 has the query that proves it
    reason: str  # what the edit changes


WHOLE_SLOT = Patch(
    id="whole-slot",
    added=date(2026, 11, 29),
    removable=date(2027, 6, 1),
    reason="a class is live from its planned start and keeps its room to its planned end, "
    "longer if people are in it; a move or cancellation is written before the room is closed",
)
COMMANDS_IN_TURN = Patch(
    id="commands-in-turn",
    added=date(2026, 11, 29),
    removable=date(2027, 6, 1),
    reason="a command waits for the one before it and is refused where that leaves nothing for it; "
    "a move renews the briefing",
)

SILENT_TO_ITS_END = Patch(
    id="silent-to-its-end",
    added=date(2026, 11, 29),
    removable=date(2027, 6, 1),
    reason="a class that ended before anybody spoke is filed at its planned end, and can be reopened until then",
)

SUBSTITUTION = Patch(
    id="substitution",
    added=date(2026, 11, 29),
    removable=date(2027, 6, 1),
    reason="a request for a substitute starts the search for one; before, it opened a case for ops",
)

AWAITED_INSTRUCTOR = Patch(
    id="awaited-instructor",
    added=date(2026, 11, 29),
    removable=date(2027, 6, 1),
    reason="a class whose instructor was not signalled in time looks for them itself, and reports that they are absent",
)

COMPARES_RECORDS = Patch(
    id="compares-records",
    added=date(2026, 11, 29),
    removable=date(2027, 1, 1),
    reason="housekeeping compares the sessions on record with the workflows that run",
)

CHECKED_TRANSCRIPT = Patch(
    id="checked-transcript",
    added=date(2026, 11, 29),
    removable=date(2027, 6, 1),
    reason="a transcript without words opens no case in the workflow: the transcription compares it with the talk",
)

SWEEPS = Patch(
    id="sweeps",
    added=date(2026, 11, 29),
    removable=date(2027, 1, 1),
    reason="housekeeping repairs what nothing works on any more, or opens a case for it",
)

PLANS_HOLD_TIME = Patch(
    id="plans-hold-time",
    added=date(2026, 11, 30),
    removable=date(2027, 6, 1),
    reason="a plan that is proposed holds the time of its assignments, and renews the holds at each look",
)

CORRECTED_ROWS = Patch(
    id="corrected-rows",
    added=date(2026, 11, 30),
    removable=date(2027, 1, 1),
    reason="an import whose rows are corrected at the moment it ends goes on",
)

LIVE: Final[tuple[Patch, ...]] = (
    WHOLE_SLOT,
    COMMANDS_IN_TURN,
    SILENT_TO_ITS_END,
    SUBSTITUTION,
    AWAITED_INSTRUCTOR,
    COMPARES_RECORDS,
    CHECKED_TRANSCRIPT,
    SWEEPS,
    PLANS_HOLD_TIME,
    CORRECTED_ROWS,
)


def patched(patch: Patch) -> bool:
    """Whether this run takes the edited branch."""
    return workflow.patched(patch.id)  # noqa: TID251 - the only call


def deprecate(patch: Patch) -> None:
    """Let runs that have the patch in their history replay after the old branch is removed."""
    workflow.deprecate_patch(patch.id)  # noqa: TID251 - the only call
