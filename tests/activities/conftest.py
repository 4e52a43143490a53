from collections.abc import AsyncIterator

import pytest

from integrations.mail import SmtpMailer
from models.changes import ChangeNotifier
from models.database import Database
from tests.activities.school import SENDER, School
from tests.stack import TestMail


@pytest.fixture
async def school(database: Database) -> AsyncIterator[School]:
    """A school with one booked class."""
    notifier = ChangeNotifier(database.url)
    opened = School(database, notifier)
    await opened.open()
    yield opened
    await notifier.aclose()


@pytest.fixture
def mailer(mail_sink: TestMail) -> SmtpMailer:
    return SmtpMailer(mail_sink.smtp_url, SENDER)
