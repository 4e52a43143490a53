"""All workflows, for the worker and the replay tests."""

from workflows.booking_import import BookingImportWorkflow
from workflows.calendar_imports import CalendarImportsWorkflow
from workflows.class_session import ClassSession
from workflows.exception_case import ExceptionCaseWorkflow
from workflows.housekeeping import HousekeepingWorkflow
from workflows.late_audio import LateAudio
from workflows.notice_delivery import NoticeDelivery
from workflows.room_watch import RoomWatchWorkflow
from workflows.series import SeriesWorkflow
from workflows.substitution import Substitution
from workflows.term_plan import TermPlan

WORKFLOWS = (
    ClassSession,
    RoomWatchWorkflow,
    NoticeDelivery,
    HousekeepingWorkflow,
    ExceptionCaseWorkflow,
    Substitution,
    CalendarImportsWorkflow,
    SeriesWorkflow,
    TermPlan,
    BookingImportWorkflow,
    LateAudio,
)
