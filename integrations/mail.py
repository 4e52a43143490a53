"""Sends mail over SMTP."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.errors import InvalidInput, MailboxBusy, Unavailable, Undeliverable
from integrations.email_addresses import ascii_domain


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
        self._sender, (name, _, self._domain) = sender, parseaddr(sender)[1].rpartition("@")
        if not name or not self._domain or len(sender.splitlines()) > 1:
            raise InvalidInput("the sender of mails must read Name <name@domain>")
        self._timeout = timeout

    async def send(self, to: str, *, subject: str, html: str, text: str, message_id: str) -> None:
        """Sends one message. A stable `message_id` lets mail programs recognise a mail that was sent twice.

        Raises Undeliverable if this message is refused for good, MailboxBusy if it is refused for now, Unavailable if
        the server would take no message at all.
        """
        message = self.compose(to, subject, html, text, message_id)
        try:
            await aiosmtplib.send(
                message,
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

    def compose(self, to: str, subject: str, html: str, text: str, message_id: str) -> EmailMessage:
        """The message as it is sent, plain text and HTML. Raises Undeliverable for an address that is none."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = _address(to)
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = f"<{message_id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        return message


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
