"""A small workflow in the versions that an edit of its commands goes through."""

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import patches
    from workflows.patches import Patch

LONGER_SLEEP = Patch(
    id="longer-sleep", added=date(2026, 1, 1), removable=date(2026, 6, 1), reason="sleeps twice"
)


@workflow.defn(name="Edited")
class Before:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(1)


@workflow.defn(name="Edited")
class Patched:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(1)
        if patches.patched(LONGER_SLEEP):
            await workflow.sleep(2)


@workflow.defn(name="Edited")
class Deprecated:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(1)
        patches.deprecate(LONGER_SLEEP)
        await workflow.sleep(2)


@workflow.defn(name="Edited")
class Unguarded:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(1)
        await workflow.sleep(2)
