"""Mail over SMTP."""

from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.errors import InvalidInput, Unavailable, Undeliverable


class SmtpMailer:
    """One connection per message: a class has few, and none of them waits for another's."""

    def __init__(self, url: str, sender: str, *, timeout: float = 20) -> None:
        """`url` is smtp[s]://[user:password@]host:port; `timeout` in seconds, for each command."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise InvalidInput("the mail server's URL must read smtp[s]://[user:password@]host:port")
        self._host, self._port = parts.hostname, parts.port or (465 if parts.scheme == "smtps" else 25)
        self._tls = parts.scheme == "smtps"
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender
        self._timeout = timeout

    async def send(self, to: str, *, subject: str, html: str, text: str, message_id: str) -> None:
        """`message_id` is stable per message, so that a mail sent twice is one to the reader's mail program.

        Raises Undeliverable for what the server refuses for good, Unavailable for what may pass.
        """
        message = self._message(to, subject, html, text, message_id)
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
            raise _classified(error.recipients[0].code) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _classified(error.code) from error
        except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("the mail server does not answer") from error

    def _message(self, to: str, subject: str, html: str, text: str, message_id: str) -> EmailMessage:
        domain = parseaddr(self._sender)[1].rpartition("@")[2] or "homeroom.invalid"
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = f"<{message_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        return message


def _classified(code: int) -> Unavailable | Undeliverable:
    """SMTP 4yz may pass, 5yz will not (RFC 5321, 4.2.1)."""
    if 400 <= code < 500:
        return Unavailable(f"the mail server said {code}")
    return Undeliverable(f"the mail server refused with {code}", next_step="Check the address.")
