"""Events that a class leaves in its history, small and large, short and long."""

from benchmarks.report import tell
from tests.workflows.classroom import HistoryLength, history_length, time_skipping_server, workers
from tests.workflows.recording_activities import World

SIZES = tuple(
    (people, minutes) for people in (2, 50) for minutes in (30, 180)
)  # people besides the instructor


async def history_lengths() -> dict[tuple[int, int], HistoryLength]:
    """By people and minutes, on the server that skips time."""
    lengths = {}
    async with time_skipping_server() as environment:
        world = World()
        async with workers(environment.client, world):
            for people, minutes in SIZES:
                tell(f"history of a class with {people} students for {minutes} minutes")
                lengths[people, minutes] = await history_length(environment, world, minutes, people)
    return lengths
