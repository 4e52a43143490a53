import pytest

from integrations.mail import SmtpMailer
from models.database import Database
from tests.activities.school_rows import SENDER, SchoolRows
from tests.stack import TestMail


@pytest.fixture
async def school(database: Database) -> SchoolRows:
    """A school with one booked class."""
    opened = SchoolRows(database)
    await opened.open()
    return opened


@pytest.fixture
def mailer(mail_sink: TestMail) -> SmtpMailer:
    return SmtpMailer(mail_sink.smtp_url, SENDER)
