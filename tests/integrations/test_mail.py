"""Sending mail over real SMTP: what arrives, and which errors are raised."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.local.ports import free_ports
from domain.errors import HomeroomError, InvalidInput, MailboxBusy, Unavailable, Undeliverable
from integrations.mail import Mail, SmtpMailer
from tests.integrations.smtp_servers import PASSWORD, USER, certificate, mail_server, raw_server
from tests.stack import TestMail

pytestmark = pytest.mark.adapter

SENDER = "Harbour Tutoring <classes@harbour.example>"


def mailer(port: int, *, scheme: str = "smtp", login: str = "", timeout: float = 20) -> SmtpMailer:
    return SmtpMailer(f"{scheme}://{login}127.0.0.1:{port}", SENDER, timeout=timeout)


async def send(
    sending: SmtpMailer,
    to: str = "reader@home.example",
    *,
    subject: str = "A class",
    text: str = "words",
    **more: str,
) -> None:
    await sending.send(Mail(to, subject, f"<p>{text}</p>", text, "m-1", **more))


async def failure(sending: SmtpMailer, to: str = "reader@home.example") -> HomeroomError:
    with pytest.raises((Unavailable, Undeliverable)) as raised:
        await send(sending, to)
    return raised.value


async def received(sink: TestMail, **mail: str) -> dict[str, Any]:
    """Sends a mail and reads it back from the mail sink."""
    to = f"{uuid4()}@home.example"
    await send(SmtpMailer(sink.smtp_url, SENDER), to, **mail)
    (kept,) = sink.wait_for(to)
    return kept


async def test_html_and_text_arrive_with_sender_recipient_and_message_id(mail_sink: TestMail) -> None:
    kept = await received(mail_sink, subject="Class booked", text="See you")

    assert (kept["subject"], kept["sender"]) == ("Class booked", SENDER)
    assert kept["text"].strip() == "See you"
    assert kept["html"].strip() == "<p>See you</p>"
    headers = kept["headers"]
    assert headers["Message-ID"] == "<m-1@harbour.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Date"].endswith(" +0000")
    assert headers["Content-Type"].startswith("multipart/alternative")


@pytest.mark.parametrize(
    "words", ["Año nuevo con señora Ñandú", "数学の授業", "صف الرياضيات", "🎓 Fractions ½"]
)
async def test_any_script_arrives_unchanged(mail_sink: TestMail, words: str) -> None:
    kept = await received(mail_sink, subject=words, text=words)

    assert (kept["subject"], kept["text"].strip()) == (words, words)
    assert words in kept["html"]


async def test_long_lines_and_leading_dots_arrive_unchanged(mail_sink: TestMail) -> None:
    text = f"{'a' * 5_000}\n.\n..\nFrom here\n"

    assert (await received(mail_sink, text=text))["text"].splitlines() == text.splitlines()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b"])
async def test_a_subject_with_line_breaks_cannot_inject_headers(mail_sink: TestMail, end: str) -> None:
    kept = await received(mail_sink, subject=f"Class{end}Bcc: spy@evil.example{end}{end}<p>body</p>")

    assert kept["subject"] == "Class Bcc: spy@evil.example <p>body</p>"
    assert kept["headers"].keys().isdisjoint({"Bcc", "bcc"})
    assert kept["text"].strip() == "words"
    assert not mail_sink.messages("spy@evil.example")


SMUGGLED = (
    "=?utf-8?q?x=0d=0aReply-To=3a_thief=40evil.example=0d=0a=0d=0a=3ch1=3eHello=3c/h1=3e?=",
    "=?utf-8?b?eA0KQmNjOiBzcHlAZXZpbC5leGFtcGxlDQoNCjxoMT4=?=",
    "x\r\nBcc: spy@evil.example\r\n\r\n<h1>Hello</h1>",
    'Harbour" <thief@evil.example>, "x',
    "Schule München (Nord), Klasse <6a>; 数学 🎓 " * 5,
)


@pytest.mark.parametrize("smuggled", SMUGGLED)
async def test_text_of_users_arrives_as_text_in_every_header(mail_sink: TestMail, smuggled: str) -> None:
    async with mail_server() as server:
        more = {"subject": smuggled, "sender_name": smuggled, "reply_to": "office@school.example"}
        await send(mailer(server.port), **more)

    (mail,) = server.accepted
    read = message_from_bytes(mail.original_content or b"")
    shown = " ".join(smuggled.split())
    names = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Reply-To", "MIME-Version"}
    assert sorted(read.keys()) == sorted({*names, "Content-Type"})
    assert str(make_header(decode_header(str(read["Subject"])))) == shown
    for name, address in (("From", "classes@harbour.example"), ("Reply-To", "office@school.example")):
        display, shown_address = parseaddr(str(read[name]))
        assert shown_address == address
        assert str(make_header(decode_header(display))) == shown
    assert max(map(len, (mail.original_content or b"").partition(b"\r\n\r\n")[0].split(b"\r\n"))) < 78
    assert [part.get_content_type() for part in read.walk()][1:] == ["text/plain", "text/html"]


async def test_a_mail_that_may_be_unsubscribed_has_the_headers_of_one_click(mail_sink: TestMail) -> None:
    """RFC 8058."""
    url = "https://school.example/unsubscribe?t=a.b-c_d"
    headers = (await received(mail_sink, unsubscribe_url=url))["headers"]
    assert headers["List-Unsubscribe"] == f"<{url}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in (await received(mail_sink))["headers"]


@pytest.mark.parametrize("url", ["https://x.example\r\nBcc: spy@evil.example", "https://x.example/é"])
def test_a_header_of_more_than_its_own_line_is_refused(url: str) -> None:
    with pytest.raises(Undeliverable):
        mailer(1).compose(Mail("a@home.example", "s", "h", "t", "m", unsubscribe_url=url))


@pytest.mark.parametrize(
    "to",
    [
        "a@home.example\r\nBcc: spy@evil.example",
        "a@home.example, spy@evil.example",
        "a@home.example; spy@evil.example",
        "Reader <a@home.example>",
        "a@home.example>\r\nRCPT TO:<spy@evil.example",
        "a b@home.example",
        "no address",
        "@home.example",
        "a@",
        "",
    ],
)
async def test_an_invalid_address_is_refused_without_contacting_the_server(
    mail_sink: TestMail, to: str
) -> None:
    assert isinstance(await failure(SmtpMailer(mail_sink.smtp_url, SENDER), to), Undeliverable)

    assert not mail_sink.messages("spy@evil.example")


@given(st.text())
async def test_any_text_is_a_single_address_or_refused(to: str) -> None:
    gone = mailer(1)

    with pytest.raises((Undeliverable, Unavailable)):
        await send(gone, to)


@pytest.mark.parametrize(
    ("domain", "ascii_domain"),
    [
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("straße.example", "xn--strae-oqa.example"),  # not that of strasse.example
    ],
)
async def test_a_domain_in_any_script_is_sent_in_ascii(domain: str, ascii_domain: str) -> None:
    async with mail_server() as server:
        await send(mailer(server.port), f"anna@{domain}")

    (mail,) = server.accepted
    assert mail.rcpt_tos == [f"anna@{ascii_domain}"]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("code", [550, 551, 552, 553, 554])
async def test_a_permanent_refusal_raises_undeliverable(stage: str, code: int) -> None:
    async with mail_server({stage: f"{code} No"}) as server:
        error = await failure(mailer(server.port))

    assert isinstance(error, Undeliverable)
    assert str(code) in str(error)
    assert not server.accepted


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("code", [421, 450, 451, 452])
async def test_a_temporary_refusal_raises_mailbox_busy(stage: str, code: int) -> None:
    async with mail_server({stage: f"{code} Later"}) as server:
        assert isinstance(await failure(mailer(server.port)), MailboxBusy)


async def test_a_refused_sender_raises_unavailable() -> None:
    async with mail_server({"mail": "550 You may not send"}) as server:
        error = await failure(mailer(server.port))

    assert isinstance(error, Unavailable)
    assert not isinstance(error, MailboxBusy)


@pytest.mark.parametrize(
    "greeting", [None, b"554 No service\r\n", b"421 Too busy\r\n", b"220 Hi\r\n", b"nonsense\r\n"]
)
async def test_a_server_that_hangs_or_rejects_the_connection_raises_unavailable(
    greeting: bytes | None,
) -> None:
    async with raw_server(greeting) as port:
        error = await failure(mailer(port, timeout=0.3))

    assert isinstance(error, Unavailable)
    assert not isinstance(error, MailboxBusy)


async def test_an_unreachable_server_raises_unavailable() -> None:
    assert isinstance(await failure(mailer(free_ports("gone")["gone"])), Unavailable)


async def test_errors_contain_neither_recipient_nor_text() -> None:
    async with mail_server({"rcpt": "550 <reader@home.example> is unknown"}) as server:
        error = await failure(mailer(server.port))

    assert "reader" not in str(error) + error.next_step


async def test_smtps_urls_with_a_login_use_tls_and_authenticate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))

    async with mail_server(tls=context, login=True) as server:
        await send(mailer(server.port, scheme="smtps", login=f"{USER}:{quote(PASSWORD, safe='')}@"))

    assert server.logins == [(USER, PASSWORD)]
    assert len(server.accepted) == 1


async def test_the_password_is_sent_only_after_starttls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))

    async with mail_server(start_tls=context, login=True) as server:
        await send(mailer(server.port, login=f"{USER}:{quote(PASSWORD, safe='')}@"))

    assert server.logins == [(USER, PASSWORD)]


async def test_an_untrusted_certificate_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    _, context = certificate(tmp_path)

    async with mail_server(tls=context, login=True) as server:
        error = await failure(mailer(server.port, scheme="smtps", login=f"{USER}:x@"))

    assert isinstance(error, Unavailable)
    assert (server.logins, server.accepted) == ([], [])


async def test_a_wrong_password_raises_unavailable_without_quoting_it() -> None:
    async with mail_server(login=True) as server:
        error = await failure(mailer(server.port, login="homeroom:wrong-secret@"))

    assert isinstance(error, Unavailable)
    assert "wrong-secret" not in str(error)


@pytest.mark.parametrize("url", ["", "127.0.0.1:25", "http://127.0.0.1", "smtp://", "smtp:///x"])
def test_an_invalid_server_url_is_refused_at_construction(url: str) -> None:
    with pytest.raises(InvalidInput):
        SmtpMailer(url, SENDER)


@pytest.mark.parametrize("sender", ["", "Harbour", "a@b.example\r\nBcc: c@d.example"])
def test_an_invalid_sender_is_refused_at_construction(sender: str) -> None:
    with pytest.raises(InvalidInput):
        SmtpMailer("smtp://127.0.0.1:25", sender)
