"""Saves the histories and fingerprints that the replay tests compare with (docs/adr/0006 and 0015).

python -m tests.workflows.save release NAME       histories of finished and running sessions, before a release
python -m tests.workflows.save fingerprints [SCENARIO ...]    commands of scenarios, after an edit with a patch
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from tests.stack import start_temporal, temporary_folder
from tests.workflows.recording_activities import World
from tests.workflows.release_scenarios import ON_A_REAL_SERVER, ON_THE_TIME_SKIPPING_SERVER
from tests.workflows.saved_histories import write_history
from tests.workflows.scenarios import SCENARIOS, Scenario
from tests.workflows.session_driver import Handle, commands, time_skipping_server, workers
from wiring.temporal import connect

FINGERPRINTS = Path(__file__).parent / "fingerprints"


async def save_fingerprints(scenarios: Iterable[str]) -> None:
    async with time_skipping_server() as environment:
        await _play(environment, {name: SCENARIOS[name] for name in scenarios}, _write_fingerprint)


async def save_release(release: str) -> None:
    async def write(name: str, handle: Handle) -> None:
        write_history(release, name, await handle.fetch_history())

    async with time_skipping_server() as environment:
        await _play(environment, ON_THE_TIME_SKIPPING_SERVER | SCENARIOS, write)
    with temporary_folder("temporal") as folder:
        server = start_temporal(folder)
        try:
            client = await connect(server.address, server.namespace)
            await _play(WorkflowEnvironment.from_client(client), ON_A_REAL_SERVER, write)
        finally:
            server.running.stop()


async def _play(
    environment: WorkflowEnvironment,
    scenarios: Mapping[str, Scenario],
    write: Callable[[str, Handle], Awaitable[None]],
) -> None:
    for name, scenario in scenarios.items():
        world = World()
        async with workers(environment.client, world):
            handle = await scenario(environment, world)
            await write(name, handle)
            if (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
                await handle.terminate()
        print(name)


async def _write_fingerprint(name: str, handle: Handle) -> None:
    (FINGERPRINTS / f"{name}.txt").write_text("\n".join(await commands(handle)) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.workflows.save")
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("release", help="save the histories of a release").add_argument("name")
    fingerprints = what.add_parser("fingerprints", help="save the commands of scenarios, all by default")
    fingerprints.add_argument("scenarios", nargs="*", metavar="scenario")
    arguments = parser.parse_args()
    if arguments.what == "release":
        asyncio.run(save_release(arguments.name))
    else:
        asyncio.run(save_fingerprints(arguments.scenarios or SCENARIOS))


if __name__ == "__main__":
    main()
