"""The task queues of a region, one for each kind of worker."""

from enum import StrEnum


class Queue(StrEnum):
    SESSIONS = "sessions"  # workflows, and the activities that take a transaction or a call
    CAPTURE = "capture"  # recorders
    TRANSCRIPTION = "transcription"  # the speech engine


def task_queue(region: str, queue: Queue) -> str:
    """The name of a region's task queue in Temporal."""
    return f"{region}-{queue}"
