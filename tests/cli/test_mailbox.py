"""The mail sink's pages and JSON API."""

import email.utils
import smtplib
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.local.mail_store import MailStore
from tests.stack import TestMail

pytestmark = pytest.mark.adapter


def _send(sink: TestMail, to: str, html: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "<i>A subject</i>", "a@school.example", to
    mail["Date"] = email.utils.formatdate(0)
    mail.set_content("plain words")
    mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="class.ics")
    address = urlsplit(sink.smtp_url)
    with smtplib.SMTP(address.hostname or "", address.port or 0) as client:
        client.send_message(mail)


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_pages_show_html_mail_in_a_sandbox(mail_sink: TestMail) -> None:
    _send(mail_sink, "reader@home.example", "<script>document.title='run'</script><p>Hello</p>")
    (kept,) = mail_sink.wait_for("reader@home.example")
    listing = _page(mail_sink.url)
    assert "reader@home.example" in listing
    assert "&lt;i&gt;A subject&lt;/i&gt;" in listing
    page = _page(f"{mail_sink.url}/messages/{kept['id']}")
    assert "<iframe sandbox" in page
    assert "<script>" not in page
    assert "plain words" in page
    assert "class.ics" in page
    assert "Subject: <i>" in _page(f"{mail_sink.url}/messages/{kept['id']}/raw")


def test_unknown_and_crafted_ids_are_not_found(mail_sink: TestMail) -> None:
    for crafted in ("nothing", "..%2F..%2Fetc%2Fpasswd"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            _page(f"{mail_sink.url}/api/messages/{crafted}")
        refused.value.close()
        assert refused.value.code == 404


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Host", "rebound.example"),
        ("Host", "127.0.0.1.rebound.example"),
        ("Host", "localhost:8025@rebound.example"),
        ("Origin", "https://another.example"),
        ("Origin", "null"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_other_sites_read_and_clear_no_mail(
    mail_sink: TestMail, method: str, header: str, value: str
) -> None:
    _send(mail_sink, "private@home.example", "<p>Hello</p>")
    mail_sink.wait_for("private@home.example")
    wanted = urllib.request.Request(f"{mail_sink.url}/api/messages", method=method, headers={header: value})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(wanted, timeout=10)
    refused.value.close()
    assert refused.value.code == 403
    assert mail_sink.messages("private@home.example")


def test_mails_survive_a_crash_of_the_sink(mail_sink: TestMail) -> None:
    _send(mail_sink, "survivor@home.example", "<p>Hello</p>")
    mail_sink.running.restart()
    assert len(mail_sink.messages("survivor@home.example")) == 1
    store = MailStore(mail_sink.sink.folder)
    assert store.get(store.ids()[0]).text.strip() == "plain words"


def test_mails_of_one_recipient_are_found_by_the_envelope(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    header = b"To: other@home.example\r\n\r\nHello"
    first = store.add(header, ["ada@home.example", "leo@home.example"])
    latest = store.add(header, ["leo@home.example"])
    assert store.ids("leo@home.example") == [latest, first]
    assert store.ids("ada@home.example") == [first]
    assert store.ids("other@home.example") == store.ids("a@home.example") == []
