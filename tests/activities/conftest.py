from collections.abc import AsyncIterator

import pytest

from integrations.mail import SmtpMailer
from models.changes import ChangeNotifier
from models.database import Database
from tests.activities.school import SENDER, School
from tests.stack import DatabaseUrls, TestMail


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """As the application sees it: under row-level security."""
    opened = Database(database_urls.application)
    yield opened
    await opened.aclose()


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
