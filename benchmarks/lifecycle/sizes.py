"""The length of the history of a class, small and large, short and long."""

from benchmarks.report import show_progress
from tests.workflows.recording_activities import World
from tests.workflows.session_driver import HistoryLength, history_length, time_skipping_server, workers

SIZES = tuple((students, minutes) for students in (2, 50) for minutes in (30, 180))


async def history_lengths() -> dict[tuple[int, int], HistoryLength]:
    """The lengths by students and minutes, on the time-skipping server."""
    lengths = {}
    async with time_skipping_server() as environment:
        world = World()
        async with workers(environment.client, world):
            for people, minutes in SIZES:
                show_progress(f"history of a class with {people} students for {minutes} minutes")
                lengths[people, minutes] = await history_length(environment, world, minutes, people)
    return lengths
