"""Input field types: accepted values work in emails, date arithmetic and the database."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.sessions.policies import Offset
from integrations.email_addresses import deliverable_address
from integrations.mail import Mail, SmtpMailer
from services.inputs.fields import Email, Moment, Name, Text, TimeZone
from signing.links import LINK_VALID_AFTER_CLASS

pytestmark = pytest.mark.unit

EMAIL, MOMENT, OFFSET = TypeAdapter(Email), TypeAdapter(Moment), TypeAdapter(Offset)
MAILER = SmtpMailer("smtp://127.0.0.1:1", "Homeroom <classes@homeroom.example>")


def accepted(adapter: TypeAdapter[str], value: str) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def recipients(address: str) -> list[str]:
    """The recipients of a mail to this address, as a mail server reads them."""
    message = MAILER.compose(Mail(address, "subject", "<p>html</p>", "text", "id"))
    read = message_from_bytes(message, policy=policy.default)
    return [recipient for _, recipient in getaddresses([str(read["To"])])]


@given(
    st.one_of(
        st.emails(),
        st.text(alphabet="aA0.-_@'\"()<>,;:\\ \r\n\t\0é", min_size=3, max_size=20),
        st.from_regex(r"[a-z.!#$%&'*+/=?^_`{|}~-]{1,8}@[a-z.-]{1,8}", fullmatch=True),
    )
)
def test_an_accepted_address_is_the_only_recipient(address: str) -> None:
    if accepted(EMAIL, address):
        assert recipients(address) == [deliverable_address(address)]


@pytest.mark.parametrize(
    "address", ["a@b", "ada.okafor+class@harbour.example", "o'brien@x-y.co.uk", "1@2.example"]
)
def test_usual_addresses_are_accepted(address: str) -> None:
    assert accepted(EMAIL, address)


@given(st.datetimes(timezones=st.timezones()), st.timedeltas(timedelta(0), timedelta(days=90)))
def test_accepted_times_can_be_shifted_by_any_offset(moment: datetime, offset: timedelta) -> None:
    try:
        accepted_moment = MOMENT.validate_python(moment)
    except ValidationError:
        return
    assert accepted_moment.tzinfo is UTC
    assert accepted_moment == moment.astimezone(UTC)
    rule = OFFSET.validate_python(offset)
    assert accepted_moment - rule < accepted_moment + rule + LINK_VALID_AFTER_CLASS


@given(st.text(max_size=50))
def test_accepted_text_can_be_stored(text: str) -> None:
    for kind in (Name, Text):
        if accepted(TypeAdapter(kind), text):
            assert "\0" not in text
            text.encode()


def test_only_iana_time_zones_are_accepted() -> None:
    adapter = TypeAdapter(TimeZone)
    assert accepted(adapter, "Europe/Madrid")
    assert accepted(adapter, "UTC")
    for wrong in ("", "Mars", "europe/madrid", "../../etc/passwd", "UTC+2", "a\0b", "localtime", "Factory"):
        assert not accepted(adapter, wrong)
