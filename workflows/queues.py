"""The task queues of a region. A worker process serves one or several of them."""

from enum import StrEnum


class Queue(StrEnum):
    SESSIONS = "sessions"  # workflows, and the activities that take a transaction or a call
    NOTICES = "notices"  # mail, so that a mail server that hangs takes no slot from a class
    CAPTURE = "capture"  # recorders
    TRANSCRIPTION = "transcription"  # the speech engine


def task_queue(region: str, queue: Queue) -> str:
    """The name of a region's task queue in Temporal."""
    return f"{region}-{queue}"
