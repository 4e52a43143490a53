"""Sends mail over SMTP."""

from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.errors import InvalidInput, MailboxBusy, Unavailable, Undeliverable
from integrations.email_addresses import ascii_domain
from integrations.mail_headers import mailbox_field, raw_field, text_field

_END = "END:VCALENDAR\r\n"


@dataclass(frozen=True)
class Mail:
    """A message to one address. All texts are as users wrote them."""

    to: str
    subject: str
    html: str
    text: str
    message_id: str  # a stable one lets mail programs recognise a mail that was sent twice
    sender_name: str = ""  # shown instead of the name in the mailer's own address
    reply_to: str = ""
    calendar: str = ""  # iCalendar objects, each with its METHOD
    unsubscribe_url: str = ""  # takes the one-click request of RFC 8058


class SmtpMailer:
    """Opens one connection per message: a class sends few, and none has to wait for another."""

    def __init__(self, url: str, sender: str, *, timeout: float = 20) -> None:
        """`url` is smtp[s]://[user:password@]host:port; `timeout` is in seconds, for each SMTP command.

        Raises InvalidInput for a URL or sender that cannot be used.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise InvalidInput("the mail server's URL must read smtp[s]://[user:password@]host:port")
        self._host, self._port = parts.hostname, parts.port or (465 if parts.scheme == "smtps" else 25)
        self._tls = parts.scheme == "smtps"
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._name, self._address = parseaddr(sender)
        name, _, self._domain = self._address.rpartition("@")
        if not name or not self._domain or len(sender.splitlines()) > 1:
            raise InvalidInput("the sender of mails must read Name <name@domain>")
        self._timeout = timeout

    @property
    def address(self) -> str:
        """The address that mails come from."""
        return self._address

    async def send(self, mail: Mail) -> None:
        """Sends one message.

        Raises Undeliverable if this message is refused for good, MailboxBusy if it is refused for now, Unavailable if
        the server would take no message at all.
        """
        message = self.compose(mail)
        try:
            await aiosmtplib.send(
                message,
                sender=self._address,
                recipients=[str(_address(mail.to))],
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                timeout=self._timeout,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _delivery_error(error.recipients[0].code) from error
        except aiosmtplib.SMTPDataError as error:
            raise _delivery_error(error.code) from error
        except aiosmtplib.SMTPResponseException as error:
            raise Unavailable(f"the mail server rejected the sign-in with {error.code}") from error
        except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("the mail server isn't responding") from error

    def compose(self, mail: Mail) -> bytes:
        """The message as it is sent. Raises Undeliverable for an address that is none or a text that cannot be sent."""
        try:
            return b"".join(self._header(mail)) + _body(mail)
        except (ValueError, MessageError) as error:
            raise Undeliverable("this message cannot be written as a mail") from error

    def _header(self, mail: Mail) -> list[bytes]:
        fields = [
            mailbox_field("From", mail.sender_name or self._name, self._address),
            mailbox_field("To", "", str(_address(mail.to))),
            text_field("Subject", mail.subject),
            raw_field("Date", formatdate(usegmt=True)),
            raw_field("Message-ID", f"<{mail.message_id}@{self._domain}>"),
            raw_field("Auto-Submitted", "auto-generated"),
        ]
        if mail.reply_to:
            fields.append(mailbox_field("Reply-To", mail.sender_name, str(_address(mail.reply_to))))
        if mail.unsubscribe_url:
            fields.append(raw_field("List-Unsubscribe", f"<{mail.unsubscribe_url}>"))
            fields.append(raw_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        return fields


def _body(mail: Mail) -> bytes:
    """The MIME part of plain text and HTML, with the calendar as an alternative and as a file; several as files."""
    body = EmailMessage(policy.SMTP.clone(cte_type="7bit"))
    body.set_content(mail.text)
    body.add_alternative(mail.html, subtype="html")
    calendars = [part + _END for part in mail.calendar.split(_END)[:-1]]
    if len(calendars) == 1:
        # Mail programs offer to take over the alternative; others show the file.
        body.add_alternative(mail.calendar, subtype="calendar", params=_method(mail.calendar))
        body.add_attachment(mail.calendar.encode(), "application", "ics", filename="class.ics")
    elif calendars:
        body.make_mixed()
        for number, calendar in enumerate(calendars, 1):
            name = f"class-{number:02}.ics"
            body.add_attachment(calendar, subtype="calendar", params=_method(calendar), filename=name)
    return body.as_bytes()


def _method(calendar: str) -> dict[str, str]:
    return {"method": "CANCEL" if "\r\nMETHOD:CANCEL\r\n" in calendar else "REQUEST"}


def _address(to: str) -> Address:
    """A single address with its domain in ASCII (IDNA). Raises Undeliverable for anything else."""
    try:
        address = Address(addr_spec=to)
        domain = ascii_domain(address.domain)
    except (ValueError, IndexError, MessageError) as error:
        raise Undeliverable("this isn't a valid email address") from error
    if not address.username or not domain:
        raise Undeliverable("this isn't a valid email address")
    return Address(username=address.username, domain=domain)


def _delivery_error(code: int) -> MailboxBusy | Undeliverable:
    """The error for an SMTP reply to this message: 5yz is permanent, any other temporary (RFC 5321, 4.2.1)."""
    if 500 <= code < 600:
        return Undeliverable(f"the mail server refused with {code}")
    return MailboxBusy(f"the mail server said {code}")
