"""What is tried against the cause of a case before a person acts, and what came of it."""

from enum import StrEnum


class Repair(StrEnum):
    ROOM_REMADE = "room_remade"
    RECORDER_STARTED = "recorder_started"  # again, or on another worker
    SUBSCRIBED_AGAIN = "subscribed_again"  # a track that was not heard
    REMINDER_SENT = "reminder_sent"  # to the instructor who has not come
    OFFERS_SENT = "offers_sent"  # to those who could teach the class
    MESSAGE_SENT_AGAIN = "message_sent_again"
    SEARCH_STARTED = "search_started"  # for another instructor, whose workflow had stopped
    CAPTURE_ENDED = "capture_ended"  # in the record: its recorder is gone


class RepairResult(StrEnum):
    WORKED = "worked"
    FAILED = "failed"
    WAITING = "waiting"  # done; the case ends by itself if it helps
