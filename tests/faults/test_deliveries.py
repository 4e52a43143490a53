"""A mail that was taken is recorded as sent, also where the database is away at that moment."""

import asyncio

import pytest

from domain.notices.kinds import NoticeKind
from integrations.mail import Mail, SmtpMailer
from models.database import Database
from services.notices import ClassNotice, ClassNotices
from services.outbox import Outbox
from tests.activities.school_rows import LINKS, SENDER, WORDS, SchoolRows
from tests.faults.wire import Fault, Wire
from tests.stack import TestMail

pytestmark = pytest.mark.adapter
_AWAY_SECONDS = 0.5


class MailerThatCuts(SmtpMailer):
    """The database is out of reach from the moment at which a mail is taken, for a while."""

    def __init__(self, url: str, wire: Wire) -> None:
        super().__init__(url, SENDER)
        self._wire = wire

    async def send(self, mail: Mail) -> None:
        await super().send(mail)
        self._wire.misbehave(Fault.CUT)
        asyncio.get_running_loop().call_later(_AWAY_SECONDS, self._wire.misbehave, Fault.NONE)


async def test_taken_mail_is_not_sent_again_when_the_database_is_away(
    school: SchoolRows, wire: Wire, faulty: Database, mail_sink: TestMail
) -> None:
    sending = ClassNotices(faulty, LINKS, Outbox(faulty, MailerThatCuts(mail_sink.smtp_url, wire), WORDS))
    sent = await sending.send(ClassNotice(school.id, school.session.session_id, NoticeKind.CONFIRMATION))

    assert sent
    assert all(row.sent_at for row in sent)
    assert [len(mail_sink.messages(row.address)) for row in sent] == [1] * len(sent)
