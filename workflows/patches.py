"""Patches: how a workflow is edited while older runs of it are still open (docs/adr/0015).

A run that is open replays its history with the newest code, which must give the same commands in the same order. An
edit that gives others gets a patch in the table below, and stands in the workflow beside what it replaces:

    if patched(patches.SOME_EDIT):
        ...  # runs that come here after the edit
    else:
        ...  # runs that were here before it, until `removable`

From `removable` on the old branch goes and `deprecate(patches.SOME_EDIT)` stands in its place, for the runs that have
the patch in their history; when those are closed too, the call and the row of the table go.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from temporalio import workflow


@dataclass(frozen=True)
class Patch:
    id: str  # is kept in histories: never renamed, never used for another edit
    added: date  # the release that brings it
    removable: date  # from then on no older run is open; ADR 15 has the query that proves it
    reason: str  # what the edit changes


LIVE: Final[tuple[Patch, ...]] = ()


def patched(patch: Patch) -> bool:
    """Whether this run takes the edited branch."""
    return workflow.patched(patch.id)  # noqa: TID251 - the one place


def deprecate(patch: Patch) -> None:
    """Let runs replay that have the patch in their history, now that the old branch is gone."""
    workflow.deprecate_patch(patch.id)  # noqa: TID251 - the one place
