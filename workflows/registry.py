"""All workflows, for the worker and the replay tests."""

from workflows.class_session import ClassSession
from workflows.room_watch import RoomWatchWorkflow

WORKFLOWS = (ClassSession, RoomWatchWorkflow)
