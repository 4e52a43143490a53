"""Cases go by the published rules to people and channels; a channel that fails is a case that closes by itself."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select
from temporalio.client import Client

from activities.deliveries import DeliveryActivities
from domain.cases.channels import kind_of
from domain.cases.following import Reason
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.routing import Rule, Step, Weekday
from domain.cases.states import CaseState
from domain.errors import Unavailable
from domain.notices.kinds import DeliveryState
from domain.people.access import AccessRole, Principal
from domain.subjects import Subject, SubjectKind
from integrations.alert_services import HostedServices
from integrations.mail import SmtpMailer
from integrations.signed_webhooks import SignedWebhooks, signature
from models.access import Member
from models.case_routing import AlertChannel, AlertPreference, Rota
from models.exception_case import ExceptionCase
from models.notice import Notice
from services import case_routing, rota_watch
from services.alert_channels import AlertSender
from services.case_alerts import CaseAlerts
from services.cases import NewCase, open_case
from services.channel_targets import ChannelTargets
from services.link_renewal import RenewedLinkMails
from services.outbox import Outbox
from signing.sealing import Sealer
from tests.activities.school_rows import LINKS, SECRET, SENDER, WORDS, SchoolRows, now, run
from tests.integrations.receiver import Receiver, receiving
from tests.stack import TestMail, TestTemporal
from wiring.temporal import connect
from workflows.client import DeliveryClient, delivery_workflow_id
from workflows.contracts.deliveries import DeliveryInput

pytestmark = pytest.mark.adapter

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KIND = ExceptionKind.ROOM_LOST


class Routed:
    """A school with staff, whose rules are published by `publish`."""

    def __init__(self, school: SchoolRows, temporal: Client, mail_url: str) -> None:
        self.school, self.database, self.temporal = school, school.database, temporal
        self.staff = {name: uuid4() for name in ("Olu", "Pim", "Ana")}
        self.admin = Principal(school.id, AccessRole.ADMIN, f"member:{self.staff['Ana']}")
        webhooks, services = SignedWebhooks(local=True), HostedServices(local=True)
        self.targets = ChannelTargets(Sealer([SECRET], "alert channel"), services, webhooks)
        mailer = SmtpMailer(mail_url, SENDER)
        self.sender = AlertSender(self.database, mailer, self.targets, services, webhooks)
        outbox = Outbox(self.database, mailer, WORDS, self.sender)
        self.deliveries = DeliveryActivities(outbox, RenewedLinkMails(self.database, LINKS, SENDER))
        self.alerts = CaseAlerts(self.database, LINKS, DeliveryClient(temporal, "channels"))

    async def open(self) -> None:
        roles = {"Olu": AccessRole.OPS, "Pim": AccessRole.OPS, "Ana": AccessRole.ADMIN}
        await self.add(
            *(
                Member(
                    id=self.staff[name],
                    organization_id=self.school.id,
                    name=name,
                    email=f"{name}@{self.school.id}.example",
                    role=role,
                    created_at=now(),
                )
                for name, role in roles.items()
            )
        )

    async def add(self, *rows: Any) -> None:
        async with self.database.tenant(self.school.id) as db:
            db.add_all(rows)

    async def channel(self, target: str, *, includes_names: bool = False) -> UUID:
        key = uuid4()
        await self.add(
            AlertChannel(
                id=key,
                organization_id=self.school.id,
                name="Ops",
                kind=kind_of(target),
                target=self.targets.seal(target),
                secret=self.targets.seal(KEY),
                shown="http://127.0.0.1",
                includes_names=includes_names,
                created_at=now(),
            )
        )
        return key

    async def publish(self, *rules: Rule) -> int:
        async with self.database.tenant(self.school.id) as db:
            draft = await case_routing.save_draft(db, self.admin, rules, None, now())
            return (await case_routing.publish(db, self.admin, draft.number, now())).number

    async def case(self, kind: ExceptionKind = KIND) -> ExceptionCase:
        new = NewCase.about_session(self.school.id, self.school.session.session_id, kind, "1", {})
        async with self.database.tenant(self.school.id) as db:
            await open_case(db, new, now())
        return (await self.cases(kind))[0]

    async def cases(self, kind: ExceptionKind) -> list[ExceptionCase]:
        async with self.database.tenant(self.school.id) as db:
            return list(await db.scalars(select(ExceptionCase).where(col(ExceptionCase.kind) == kind)))

    async def tell(self, case: ExceptionCase, level: int = 0) -> list[Notice]:
        """The messages of this step."""
        reason = Reason.ESCALATED if level else Reason.OPENED
        before = {notice.id for notice in await self.notices()}
        await self.alerts.tell(self.school.id, case.id, reason, level, 0, now())
        return [notice for notice in await self.notices() if notice.id not in before]

    async def notices(self) -> list[Notice]:
        async with self.database.tenant(self.school.id) as db:
            return list(await db.scalars(select(Notice).order_by(col(Notice.address))))

    async def deliver(self, notice: Notice) -> DeliveryState:
        assert notice.deliver_by is not None
        given = DeliveryInput(self.school.id, notice.id, notice.deliver_by)
        return (await run(self.deliveries.deliver, given)).state


@pytest.fixture
async def routed(school: SchoolRows, temporal_server: TestTemporal, mail_sink: TestMail) -> Routed:
    temporal = await connect(temporal_server.address, temporal_server.namespace)
    opened = Routed(school, temporal, mail_sink.smtp_url)
    await opened.open()
    return opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


async def test_a_case_is_opened_as_the_rule_says_and_keeps_the_rules_it_was_opened_under(
    routed: Routed,
) -> None:
    first = Step(members=(routed.staff["Ana"],))
    rule = Rule(
        name="all",
        queue="night shift",
        severity=Severity.LOW,
        acknowledge_within_minutes=45,
        courses=(routed.school.course_id,),
        ladder=(first, Step(after_minutes=7, roles=(Owner.OPS,))),
    )
    number = await routed.publish(rule)

    case = await routed.case()
    await routed.publish(Rule(name="other", ladder=(Step(roles=(Owner.OPS,)),)))

    assert (case.queue, case.severity, case.routing_version) == ("night shift", Severity.LOW, number)
    assert case.acknowledge_due_at - case.opened_at == timedelta(minutes=45)
    assert [notice.recipient_id for notice in await routed.tell(case)] == [routed.staff["Ana"]]
    view = await routed.alerts.look(routed.school.id, case.id, now())
    assert view.next_step_at == case.opened_at + timedelta(minutes=7)
    assert {notice.recipient_id for notice in await routed.tell(case, 1)} == {
        routed.staff["Olu"],
        routed.staff["Pim"],
    }


async def test_who_is_on_duty_is_told_and_sleeps_unless_it_is_critical(routed: Routed) -> None:
    rota = uuid4()
    await routed.add(
        Rota(
            id=rota,
            organization_id=routed.school.id,
            name="Evenings",
            members=[str(routed.staff["Pim"])],
            hand_over_on=Weekday.MONDAY,
            hand_over_at=now().time(),
            time_zone="UTC",
            starts_on=now().date() - timedelta(days=30),
            created_at=now(),
        ),
    )
    quiet: dict[str, Any] = {
        "quiet_from": (now() - timedelta(hours=2)).time(),
        "quiet_until": (now() + timedelta(hours=2)).time(),
    }
    await routed.add(
        AlertPreference(
            member_id=routed.staff["Pim"], organization_id=routed.school.id, updated_at=now(), **quiet
        )
    )
    on_duty = Step(rotas=(rota,))
    await routed.publish(
        Rule(name="critical", kinds=(KIND,), severity=Severity.CRITICAL, ladder=(on_duty,)),
        Rule(name="rest", severity=Severity.NORMAL, ladder=(on_duty,)),
    )

    (critical,) = await routed.tell(await routed.case())
    (normal,) = await routed.tell(await routed.case(ExceptionKind.WEBHOOK_GAP))

    assert {critical.recipient_id, normal.recipient_id} == {routed.staff["Pim"]}
    assert critical.send_after <= now()
    assert now() + timedelta(hours=1) < normal.send_after < now() + timedelta(hours=3)
    delivery = await routed.temporal.get_workflow_handle(delivery_workflow_id(normal.id)).describe()
    assert delivery.execution_time is not None
    assert abs(delivery.execution_time - normal.send_after) < timedelta(minutes=1)


async def test_an_alert_arrives_at_a_webhook_signed_and_without_names(
    routed: Routed, receiver: Receiver
) -> None:
    channel = await routed.channel(receiver.url)
    await routed.publish(Rule(name="all", ladder=(Step(channels=(channel,), mail=False),)))
    case = await routed.case()

    (notice,) = await routed.tell(case)
    assert await routed.deliver(notice) == DeliveryState.SENT
    assert await routed.deliver(notice) == DeliveryState.SENT

    (request,) = receiver.requests
    signed = signature(KEY, str(notice.id), request.headers["webhook-timestamp"], request.body)
    assert request.headers["webhook-signature"] == f"v1,{signed}"
    told = json.loads(request.body)
    assert (told["type"], told["data"]["kind"]) == ("exception.opened", "room_lost")
    assert told["data"]["url"].endswith(f"/exceptions/{case.id}")
    assert "subject" not in told["data"]
    assert "Mathematics" not in f"{notice.subject} {notice.text}"


async def test_names_are_told_where_the_organization_chose_so(routed: Routed, receiver: Receiver) -> None:
    channel = await routed.channel(receiver.url, includes_names=True)
    await routed.publish(Rule(name="all", ladder=(Step(channels=(channel,), mail=False),)))

    (notice,) = await routed.tell(await routed.case())

    assert json.loads(notice.text)["data"]["subject"]
    assert json.loads(notice.text)["data"]["subject"] in notice.subject


async def test_a_mail_channel_gets_the_alert_as_mail(routed: Routed, mail_sink: TestMail) -> None:
    address = f"desk-{uuid4()}@school.example"
    channel = await routed.channel(address)
    await routed.publish(Rule(name="all", ladder=(Step(channels=(channel,), mail=False),)))

    (notice,) = await routed.tell(await routed.case())

    assert await routed.deliver(notice) == DeliveryState.SENT
    assert [mail["subject"] for mail in mail_sink.messages(address)] == [notice.subject]


async def test_an_alert_by_apprise_has_times_a_kind_and_a_link_and_no_names(
    routed: Routed, receiver: Receiver
) -> None:
    channel = await routed.channel(receiver.url.replace("http://", "json://"))
    await routed.publish(Rule(name="all", ladder=(Step(channels=(channel,), mail=False),)))
    case = await routed.case(ExceptionKind.STUDENT_ABSENT)
    (notice,) = await routed.tell(case)

    receiver.status = 500
    for _ in range(3):
        with pytest.raises(Unavailable):
            await routed.deliver(notice)
    (failing,) = await routed.cases(ExceptionKind.CHANNEL_FAILING)
    assert failing.evidence[0]["id"] == str(notice.id)
    receiver.status = 204
    assert await routed.deliver(notice) == DeliveryState.SENT

    told = json.loads(receiver.requests[-1].body)
    assert told["title"] == f"[{case.severity}] Student absent"
    assert f"Opened {case.opened_at:%Y-%m-%d %H:%M} UTC" in told["message"]
    assert f"/exceptions/{case.id}" in told["message"]
    assert not [name for name in ("Noor", "Leo", "Iris", "Samira", "Mathematics") if name in str(told)]
    (closed,) = await routed.cases(ExceptionKind.CHANNEL_FAILING)
    assert closed.state == CaseState.SELF_RESOLVED


async def test_a_failing_channel_is_one_case_that_closes_when_it_works_again(
    routed: Routed, receiver: Receiver
) -> None:
    channel = await routed.channel(receiver.url)
    await routed.publish(Rule(name="all", ladder=(Step(channels=(channel,), mail=False),)))
    (notice,) = await routed.tell(await routed.case())
    receiver.status = 503
    for attempt in range(4):
        with pytest.raises(Unavailable):
            await routed.deliver(notice)
        assert len(await routed.cases(ExceptionKind.CHANNEL_FAILING)) == (0 if attempt < 2 else 1)
    receiver.status = 404
    assert await routed.deliver(notice) == DeliveryState.FAILED
    (failing,) = await routed.cases(ExceptionKind.CHANNEL_FAILING)
    assert failing.about == Subject(SubjectKind.ALERT_CHANNEL, channel)
    assert failing.detail["notice_id"] == str(notice.id)
    assert not await routed.cases(ExceptionKind.NOTICE_UNDELIVERABLE)

    receiver.status = 200
    await routed.sender.test(routed.school.id, channel, uuid4(), now())

    (closed,) = await routed.cases(ExceptionKind.CHANNEL_FAILING)
    assert closed.state == CaseState.SELF_RESOLVED


async def test_an_empty_rota_is_a_case_until_somebody_can_be_on_duty(routed: Routed) -> None:
    rota = uuid4()
    await routed.add(
        Rota(
            id=rota,
            organization_id=routed.school.id,
            name="Nobody",
            members=[],
            hand_over_on=Weekday.MONDAY,
            hand_over_at=now().time(),
            time_zone="UTC",
            starts_on=now().date(),
            created_at=now(),
        )
    )
    for _ in range(2):
        await rota_watch.check_all(routed.database, now())
    (case,) = await routed.cases(ExceptionKind.ROTA_EMPTY)
    assert (case.about, case.count) == (Subject(SubjectKind.ROTA, rota), 1)

    await routed.school.change(Rota, col(Rota.id) == rota, members=[str(routed.staff["Olu"])])
    await rota_watch.check_all(routed.database, now())

    (case,) = await routed.cases(ExceptionKind.ROTA_EMPTY)
    assert case.state == CaseState.SELF_RESOLVED
