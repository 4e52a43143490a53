"""The mail sink process: an SMTP server that stores every mail as a file, and a web page to read them.

python -m cli.local.mailbox --folder DIR --smtp-port 1025 --http-port 8025
"""

import argparse
import asyncio
import signal
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from cli.local.mail_store import MailStore
from cli.local.mailbox_page import mailbox_app

MAX_BYTES = 32 * 1024 * 1024


class Sink:
    """aiosmtpd handler: accepts all senders and recipients."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        await asyncio.to_thread(self._store.add, content, [str(to) for to in envelope.rcpt_tos])
        return "250 Message accepted for the mailbox"


async def serve(folder: Path, smtp_port: int, http_port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    store = MailStore(folder)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(Sink(store), data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="Homeroom mailbox"),
        host="127.0.0.1",
        port=smtp_port,
    )
    config = uvicorn.Config(
        mailbox_app(store), host="127.0.0.1", port=http_port, log_level="warning", timeout_graceful_shutdown=1
    )
    async with smtp:
        await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(serve(arguments.folder, arguments.smtp_port, arguments.http_port))


if __name__ == "__main__":
    main()
