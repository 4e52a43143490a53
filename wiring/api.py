"""Builds the services and clients that the API and the console share."""

from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property
from uuid import UUID

from obstore.store import ObjectStore

from config.settings import Settings
from integrations.dns_records import TextRecords
from integrations.openid import OpenIdConnect
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import TokenMinter
from media_bridge.webhooks import WebhookVerifier
from models.database import Database
from services.absences import Absences
from services.alert_channels import AlertSender
from services.attendance_disputes import AttendanceDisputes
from services.attendance_overrides import AttendanceOverrides
from services.bulk_classes import BulkClasses
from services.bulk_import.booking_runs import BookingImports
from services.calendar_feeds import CalendarFeeds
from services.calendar_imports import CalendarImports
from services.check_ins import CheckIns
from services.class_commands import ClassCommands
from services.closure_files import ClosureFiles
from services.closures import ClosureCommands
from services.course_members import CourseMembers
from services.documentation import DocumentationCommands
from services.exports import Exports
from services.family_classes import FamilyClasses
from services.family_links import FamilyLinks
from services.holds import Holds
from services.instructor_absences import InstructorAbsences
from services.instructor_mails import InstructorMails
from services.invitations import Invitations
from services.join_codes import JoinCodes
from services.join_links import JoinLinks
from services.joining import Joining
from services.leave_requests import LeaveDecisions
from services.nudges import Nudges
from services.offers import Offers
from services.open_classes import OpenClassTaking
from services.openid_sign_in import OpenIdSignIn
from services.operator_access import OperatorAccess
from services.operator_links import OperatorLinks
from services.planning.cover import Covers
from services.planning.plan_questions import PlanQuestions
from services.planning.term_plans import TermPlanCommands
from services.resources.resource import Outside
from services.room_messages import RoomMessages
from services.room_moderation import RoomModeration
from services.send_again import SendAgain
from services.series import SeriesCommands
from services.sign_in_domains import SignInDomains
from services.sign_in_links import SignInLinks
from services.sign_in_lockout import SignInLockout
from services.substitution_notices import SubstitutionNotices
from services.swaps import Swaps
from services.turns import Turns
from services.volunteer_calls import VolunteerCalls
from signing.links import LinkSigner
from storage.object_store import open_store
from wiring.alerts import alert_sender, channel_targets
from wiring.calendars import calendar_imports, calendar_turns, closure_files
from wiring.signing import link_signer, sealed_content, sealer
from wiring.temporal import connect
from workflows.client import (
    BookingImportClient,
    DeliveryClient,
    SeriesClient,
    SessionClient,
    SubstitutionClient,
    TermPlanClient,
    workflow_url,
)
from workflows.contracts.deliveries import DeliveryInput
from workflows.ids import (
    booking_import_workflow_id,
    series_workflow_id,
    session_workflow_id,
    term_plan_workflow_id,
)

OPENID_CALLBACK = "/sign-in/callback"


@dataclass(frozen=True)
class ApiParts:
    """The services and clients of one API process. Close it with `aclose`."""

    settings: Settings
    database: Database
    sessions: SessionClient
    substitutions: SubstitutionClient
    series_client: SeriesClient
    term_plan_client: TermPlanClient
    booking_import_client: BookingImportClient
    links: LinkSigner
    minter: TokenMinter
    rooms: LiveKitRooms
    webhooks: WebhookVerifier
    store: ObjectStore
    exports: Exports
    deliveries: DeliveryClient
    openid: OpenIdConnect

    @cached_property
    def classes(self) -> ClassCommands:
        return ClassCommands(self.database, self.sessions)

    @cached_property
    def series(self) -> SeriesCommands:
        return SeriesCommands(self.database, self.series_client, self.classes)

    @cached_property
    def term_plans(self) -> TermPlanCommands:
        return TermPlanCommands(self.database, self.term_plan_client)

    @cached_property
    def booking_imports(self) -> BookingImports:
        return BookingImports(self.database, self.booking_import_client)

    @cached_property
    def bulk_classes(self) -> BulkClasses:
        return BulkClasses(self.database, self.classes, self.volunteer_calls)

    @cached_property
    def volunteer_calls(self) -> VolunteerCalls:
        return VolunteerCalls(self.database, self.instructor_mails)

    @cached_property
    def closures(self) -> ClosureCommands:
        return ClosureCommands(self.database, self.bulk_classes, self.series_client)

    @cached_property
    def calendar_turns(self) -> Turns:
        return calendar_turns()

    @cached_property
    def closure_files(self) -> ClosureFiles:
        return closure_files(self.settings, self.database, self.calendar_turns)

    @property
    def sender_address(self) -> str:
        """The address that mails come from."""
        return parseaddr(self.settings.mail_from)[1]

    @cached_property
    def course_members(self) -> CourseMembers:
        return CourseMembers(self.database, self.classes, self.links, self.deliveries, self.sender_address)

    @cached_property
    def instructor_absences(self) -> InstructorAbsences:
        return InstructorAbsences(self.database, self.classes)

    @cached_property
    def plan_questions(self) -> PlanQuestions:
        return PlanQuestions(self.database, self.links, self.term_plan_client)

    @cached_property
    def substitution_notices(self) -> SubstitutionNotices:
        return SubstitutionNotices(self.links, self.sender_address)

    @cached_property
    def instructor_mails(self) -> InstructorMails:
        return InstructorMails(self.links)

    @cached_property
    def offers(self) -> Offers:
        return Offers(self.database, self.links, self.substitution_notices, self.substitutions, self.rooms)

    @cached_property
    def swaps(self) -> Swaps:
        return Swaps(self.database, self.substitution_notices, self.instructor_mails, self.substitutions)

    @cached_property
    def open_classes(self) -> OpenClassTaking:
        return OpenClassTaking(
            self.database, self.substitution_notices, self.substitutions, self.series_client
        )

    @cached_property
    def covers(self) -> Covers:
        return Covers(self.database, self.substitution_notices, self.substitutions)

    @cached_property
    def documentation(self) -> DocumentationCommands:
        return DocumentationCommands(self.database, self.sessions)

    @cached_property
    def sign_in_links(self) -> SignInLinks:
        return SignInLinks(self.database, self.links, sealed_content(self.settings), self.deliveries)

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations(self.links, self.deliveries)

    @cached_property
    def absences(self) -> Absences:
        return Absences(self.database, self.links, self.deliveries)

    @cached_property
    def attendance_overrides(self) -> AttendanceOverrides:
        return AttendanceOverrides(self.database)

    @cached_property
    def attendance_disputes(self) -> AttendanceDisputes:
        return AttendanceDisputes(self.database, self.links)

    @cached_property
    def calendar_feeds(self) -> CalendarFeeds:
        return CalendarFeeds(self.database, self.links)

    @cached_property
    def calendar_imports(self) -> CalendarImports:
        return calendar_imports(self.settings, self.database, self.calendar_turns)

    @cached_property
    def leave_decisions(self) -> LeaveDecisions:
        return LeaveDecisions(self.database, self.instructor_absences, self.instructor_mails)

    @cached_property
    def family_classes(self) -> FamilyClasses:
        return FamilyClasses(self.database, self.classes)

    @cached_property
    def holds(self) -> Holds:
        return Holds(self.database)

    @cached_property
    def check_ins(self) -> CheckIns:
        return CheckIns(self.database, self.links)

    @cached_property
    def family_links(self) -> FamilyLinks:
        return FamilyLinks(self.database, self.links)

    @cached_property
    def operator_links(self) -> OperatorLinks:
        return OperatorLinks(self.database, self.links)

    @cached_property
    def lockout(self) -> SignInLockout:
        return SignInLockout(self.database, self.settings.link_secrets[0].get_secret_value())

    @cached_property
    def operator_access(self) -> OperatorAccess:
        token = self.settings.admin_token.get_secret_value()
        return OperatorAccess(token, sealer(self.settings, "operator session"))

    @cached_property
    def openid_sign_in(self) -> OpenIdSignIn:
        return OpenIdSignIn(
            self.database, self.openid, self.outside.client_secrets, sealer(self.settings, "openid flow")
        )

    @cached_property
    def sign_in_domains(self) -> SignInDomains:
        return SignInDomains(self.database, TextRecords(self.settings.dns_servers))

    @cached_property
    def join_codes(self) -> JoinCodes:
        return JoinCodes(self.database, self.links, self.lockout)

    @cached_property
    def join_links(self) -> JoinLinks:
        return JoinLinks(self.database, self.rooms)

    @cached_property
    def send_again(self) -> SendAgain:
        return SendAgain(self.database, self.links, self.deliveries, self.sender_address)

    @cached_property
    def nudges(self) -> Nudges:
        return Nudges(self.database, self.links, self.deliveries, self.sender_address)

    @cached_property
    def room_messages(self) -> RoomMessages:
        return RoomMessages(self.database, self.rooms)

    @cached_property
    def joining(self) -> Joining:
        return Joining(self.database, self.links, self.minter)

    @cached_property
    def moderation(self) -> RoomModeration:
        return RoomModeration(self.database, self.links, self.rooms, self.sessions)

    @cached_property
    def outside(self) -> Outside:
        return Outside(
            self.openid, sealer(self.settings, "identity provider"), channel_targets(self.settings)
        )

    @cached_property
    def alerts(self) -> AlertSender:
        return alert_sender(self.settings, self.database)

    def workflow_url(self, session_id: UUID) -> str:
        """The URL of the session's workflow in the Temporal UI."""
        return self._workflow_url(session_workflow_id(session_id))

    def series_workflow_url(self, series_id: UUID) -> str:
        """The URL of the series' workflow in the Temporal UI."""
        return self._workflow_url(series_workflow_id(series_id))

    def booking_import_workflow_url(self, import_id: UUID) -> str:
        """The URL of the import's workflow in the Temporal UI."""
        return self._workflow_url(booking_import_workflow_id(import_id))

    def term_plan_workflow_url(self, plan_id: UUID) -> str:
        """The URL of the plan's workflow in the Temporal UI."""
        return self._workflow_url(term_plan_workflow_id(plan_id))

    def _workflow_url(self, workflow_id: str) -> str:
        return workflow_url(self.settings.temporal_ui_url, self.settings.temporal_namespace, workflow_id)

    async def aclose(self) -> None:
        await self.rooms.aclose()
        await self.database.aclose()


async def make_api_parts(settings: Settings) -> ApiParts:
    """Builds the parts without connecting: each connects on first use."""
    database = Database(settings.database_url.get_secret_value(), settings.database_pool_size)
    key, secret = settings.livekit_api_key, settings.livekit_api_secret.get_secret_value()
    temporal = await connect(settings.temporal_address, settings.temporal_namespace, lazy=True)
    deliveries = DeliveryClient(temporal, settings.region)
    database.deliver_with(
        lambda due: deliveries.start_or_leave(
            DeliveryInput(due.organization_id, due.id, due.deliver_by), due.after
        )
    )
    return ApiParts(
        settings=settings,
        database=database,
        sessions=SessionClient(temporal, settings.region),
        substitutions=SubstitutionClient(temporal, settings.region),
        series_client=SeriesClient(temporal, settings.region),
        term_plan_client=TermPlanClient(temporal, settings.region),
        booking_import_client=BookingImportClient(temporal, settings.region),
        links=link_signer(settings),
        minter=TokenMinter(key, secret),
        rooms=make_rooms(settings),
        webhooks=make_webhook_verifier(settings),
        store=open_store(settings.object_store_url, settings.object_store_options),
        exports=Exports(
            database,
            most=max(1, settings.database_pool_size // 2),
            downloads=settings.exports_per_organization,
        ),
        deliveries=deliveries,
        openid=OpenIdConnect(
            f"{settings.public_url.rstrip('/')}{OPENID_CALLBACK}", local=settings.allow_private_addresses
        ),
    )


def make_rooms(settings: Settings) -> LiveKitRooms:
    key, secret = settings.livekit_api_key, settings.livekit_api_secret.get_secret_value()
    return LiveKitRooms(settings.livekit_url, key, secret)


def make_webhook_verifier(settings: Settings) -> WebhookVerifier:
    """Accepts webhooks signed with the API key or any of the further ones in the settings."""
    key, secret = settings.livekit_api_key, settings.livekit_api_secret.get_secret_value()
    further = {name: value.get_secret_value() for name, value in settings.livekit_webhook_secrets.items()}
    return WebhookVerifier({key: secret} | further)
