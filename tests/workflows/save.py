"""Save histories and fingerprints of the stories: `python -m tests.workflows.save [NAME…]`, all by default.

A saved history is never replaced: it stands for the sessions that were started by the code of its day.
"""

import asyncio
import json
import sys
from pathlib import Path

from tests.workflows.classroom import Handle, commands, time_skipping_server, workers
from tests.workflows.recording_activities import World
from tests.workflows.scenarios import SCENARIOS

HERE = Path(__file__).parent
HISTORIES, FINGERPRINTS = HERE / "histories", HERE / "fingerprints"


async def save(names: list[str]) -> None:
    async with time_skipping_server() as environment:
        for name in names:
            world = World()
            async with workers(environment.client, world):
                await _write(name, await SCENARIOS[name](environment, world))


async def _write(name: str, handle: Handle) -> None:
    made = await commands(handle)
    (FINGERPRINTS / f"{name}.txt").write_text("\n".join(made) + "\n")
    number = 1 + len(list(HISTORIES.glob(f"{name}-*.json")))
    history = json.loads((await handle.fetch_history()).to_json())
    (HISTORIES / f"{name}-{number}.json").write_text(json.dumps(history, indent=1) + "\n")
    print(f"{name}: {len(made)} commands, {len(history['events'])} events")


if __name__ == "__main__":
    asyncio.run(save(sys.argv[1:] or list(SCENARIOS)))
