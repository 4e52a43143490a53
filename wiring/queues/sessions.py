"""The task queue of workflows, and of the activities that take a transaction or a call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parseaddr

from activities.arrivals import ArrivalActivities
from activities.booking_imports import BookingImportActivities
from activities.calendars import CalendarActivities
from activities.case_following import CaseFollowingActivities
from activities.cases import CaseActivities
from activities.documentation import DocumentationActivities, LateAudioActivities
from activities.housekeeping import HousekeepingActivities
from activities.progress import ProgressWriter
from activities.records import RecordActivities
from activities.room_watch import RoomWatchActivities
from activities.rooms import RoomActivities
from activities.series import SeriesActivities
from activities.sessions import SessionActivities
from activities.substitutions import SubstitutionActivities
from activities.term_plans import TermPlanActivities
from config.settings import Settings
from drafting.engine import DraftingEngine
from drafting.extractive import ExtractiveEngine
from drafting.fallback import FallbackEngine
from drafting.openai_compatible import OpenAICompatibleEngine
from media_bridge.rooms import LiveKitRooms
from services.bulk_import.booking_runs import BookingRuns
from services.case_alerts import CaseAlerts
from services.case_following import CaseFollower
from services.class_commands import ClassCommands
from services.double_bookings import DoubleBookings
from services.drafts import Drafts
from services.handovers import Handovers
from services.housekeeping import Housekeeper
from services.instructor_absence import InstructorAbsences
from services.instructor_conflicts import InstructorConflicts
from services.instructor_mails import InstructorMails
from services.late_audio import LateAudioRecord
from services.planning.replanning import Replanning
from services.planning.term_plans import TermPlanner
from services.reader_watch import ReaderWatch
from services.records_comparison import RecordsComparison
from services.series_bookings import SeriesBookings
from services.substitution_notices import SubstitutionNotices
from services.substitution_start import SubstitutionByCommand
from services.sweeper import Sweeper
from services.unanswered_asks import UnansweredAsks
from wiring.calendars import calendar_imports, calendar_turns
from wiring.queues import notices
from wiring.queues.parts import Activities, WorkerParts
from wiring.signing import link_signer
from workflows.client import (
    CaseClient,
    DeliveryClient,
    LateAudioClient,
    RunningSessions,
    RunningWorkflows,
    SeriesClient,
    SessionClient,
    SubstitutionClient,
    TermPlanClient,
)
from workflows.contracts.deliveries import DeliveryInput
from workflows.registry import WORKFLOWS as ALL_WORKFLOWS

MAX_CONCURRENT = 100
WORKFLOWS = ALL_WORKFLOWS


@asynccontextmanager
async def activities(parts: WorkerParts) -> AsyncIterator[Activities]:
    """Beside them, the sessions of SQL readers are watched."""
    settings, database, progress = parts.settings, parts.database, ProgressWriter(parts.database)
    rooms = LiveKitRooms(
        settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret.get_secret_value()
    )
    substitution_notices = SubstitutionNotices(link_signer(settings), parseaddr(settings.mail_from)[1])
    booking = SessionActivities(database, progress, substitution_notices)
    room = RoomActivities(database, progress, rooms)
    deliveries = DeliveryClient(parts.client, settings.region)
    database.deliver_with(
        lambda due: deliveries.start_or_leave(
            DeliveryInput(due.organization_id, due.id, due.deliver_by), due.after
        )
    )
    follower = CaseFollower(database, CaseClient(parts.client, settings.region))
    sessions = SessionClient(parts.client, settings.region)
    substitutions = SubstitutionByCommand(sessions)
    watch = RoomWatchActivities(database, rooms, sessions, follower, substitutions)
    arrivals = ArrivalActivities(rooms, InstructorAbsences(database, substitutions))
    following = CaseFollowingActivities(CaseAlerts(database, link_signer(settings), deliveries))
    housekeeping = HousekeepingActivities(
        Housekeeper(database, deliveries, settings.region),
        RecordsComparison(database, RunningSessions(parts.client, settings.region), settings.region),
        DoubleBookings(database, settings.region),
        Sweeper(
            database,
            rooms,
            RunningWorkflows(parts.client, settings.region),
            CaseClient(parts.client, settings.region),
            SubstitutionClient(parts.client, settings.region),
            LateAudioClient(parts.client, settings.region),
            settings.region,
        ),
        Replanning(database, TermPlanClient(parts.client, settings.region), settings.region),
        UnansweredAsks(database, InstructorMails(link_signer(settings)), settings.region),
    )
    calendars = CalendarActivities(
        calendar_imports(settings, database, calendar_turns()), InstructorConflicts(database, settings.region)
    )
    drafts = Drafts(database, drafting_engine(settings))
    documentation = DocumentationActivities(database, progress, drafts)
    late_audio = LateAudioActivities(LateAudioRecord(database, drafts, sessions))
    record = RecordActivities(database, progress)
    substitution = SubstitutionActivities(
        database,
        substitution_notices,
        SubstitutionClient(parts.client, settings.region),
        sessions,
    )
    handovers = Handovers(database, sessions, substitution_notices)
    series = SeriesActivities(SeriesBookings(database, ClassCommands(database, sessions), handovers))
    imports = BookingImportActivities(BookingRuns(database, ClassCommands(database, sessions)))
    plans = TermPlanActivities(
        TermPlanner(database, handovers, SeriesClient(parts.client, settings.region), link_signer(settings))
    )
    watching = asyncio.create_task(ReaderWatch(database).run())
    try:
        async with notices.activities(parts) as of_notices:
            yield [
                booking.book,
                booking.move,
                booking.add_people,
                booking.remove_people,
                booking.cancel,
                booking.record_progress,
                room.open_room,
                room.reopen_room,
                room.close_room,
                room.disconnect,
                room.is_occupied,
                watch.watch,
                arrivals.look_for_instructor,
                documentation.draft,
                documentation.approve,
                documentation.request_changes,
                late_audio.count,
                record.file,
                record.prepare_next_briefing,
                record.close,
                substitution.start,
                substitution.advance,
                series.advance,
                imports.book,
                plans.plan,
                plans.hold,
                plans.ask,
                plans.publish,
                CaseActivities(database).open_case,
                following.look,
                following.tell,
                following.wake,
                housekeeping.start_deliveries,
                housekeeping.forget_expired,
                housekeeping.compare_records,
                housekeeping.sweep,
                calendars.read,
                *of_notices,  # runs that were started before notices had a queue of their own wait here
            ]
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await rooms.aclose()


def drafting_engine(settings: Settings) -> DraftingEngine:
    """The configured language model, with the extractive engine as fallback; without one, the extractive engine."""
    if settings.drafting_url and settings.drafting_model:
        key = settings.drafting_api_key.get_secret_value() if settings.drafting_api_key else None
        endpoint = OpenAICompatibleEngine(settings.drafting_url, settings.drafting_model, api_key=key)
        return FallbackEngine(endpoint, ExtractiveEngine())
    return ExtractiveEngine()
