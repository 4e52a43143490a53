"""SMTP servers on loopback (aiosmtpd) that refuse, hang, encrypt or demand a login."""

import asyncio
import ssl
import subprocess
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "homeroom", "a password: with @ signs/"


@dataclass
class MailServer:
    """Gives the configured reply to each command and records accepted messages."""

    replies: dict[str, str]
    port: int = 0
    accepted: list[Envelope] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._reply("mail")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.replies.get(f"rcpt {address}") or self._reply("rcpt")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self._reply("data")
        if reply.startswith("2"):
            self.accepted.append(envelope)
        return reply

    def _reply(self, command: str) -> str:
        return self.replies.get(command, "250 OK")

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        name, password = given.login.decode(), given.password.decode()
        self.logins.append((name, password))
        return AuthResult(success=(name, password) == (USER, PASSWORD), handled=False)


@asynccontextmanager
async def mail_server(
    replies: Mapping[str, str] = MappingProxyType({}),
    *,
    tls: ssl.SSLContext | None = None,
    start_tls: ssl.SSLContext | None = None,
    login: bool = False,
) -> AsyncIterator[MailServer]:
    """`replies` maps commands to replies: mail, rcpt, data, or `rcpt a@b.example` for one recipient."""
    handler = MailServer(dict(replies))

    def protocol() -> SMTP:
        with warnings.catch_warnings(
            action="ignore", category=UserWarning
        ):  # a login that TLS does not guard
            return SMTP(
                handler,
                tls_context=start_tls,
                authenticator=handler.authenticate,
                auth_required=login,
                auth_require_tls=start_tls is not None,
                enable_SMTPUTF8=True,
                hostname="mail.example",
            )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    handler.port = server.sockets[0].getsockname()[1]
    async with server:
        yield handler


@asynccontextmanager
async def raw_server(greeting: bytes | None) -> AsyncIterator[int]:
    """A server that sends the greeting, if any, and then nothing; yields its port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if greeting is not None:
            writer.write(greeting)
            await writer.drain()
        await reader.read(-1)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for 127.0.0.1, and a server's TLS context that uses it."""
    key, public = folder / "key.pem", folder / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-keyout", str(key), "-out", str(public), "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, key)
    return public, context
