"""Mails as files: one `.eml` each, named so that names sort by arrival."""

import email
import email.policy
import itertools
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

_RECIPIENTS = "X-Homeroom-Envelope-To"
_MOST_KNOWN = 5_000
_ID = re.compile(r"[0-9]{20}-[0-9]+-[0-9]+")


@dataclass(frozen=True)
class StoredMail:
    id: str
    received_at: float
    """Unix seconds."""
    recipients: list[str]
    """Of the envelope: who it went to, whatever the headers say."""
    sender: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: list[str]
    """File names."""


class MailStore:
    """Safe for several writers: ids are unique by time, process and count."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count()
        self._known: dict[str, StoredMail] = {}  # a mail never changes, and reading one takes milliseconds
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, content: bytes, recipients: Sequence[str]) -> str:
        """Keeps the mail as it came, under one header naming the envelope's recipients. Returns its id."""
        mail_id = f"{time.time_ns():020d}-{os.getpid()}-{next(self._count)}"
        header = f"{_RECIPIENTS}: {', '.join(recipients)}\r\n".encode()
        unfinished = self._folder / f".{mail_id}.tmp"
        unfinished.write_bytes(header + content)
        unfinished.replace(self._path(mail_id))
        return mail_id

    def ids(self) -> list[str]:
        """List the latest first."""
        return sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)

    def get(self, mail_id: str) -> StoredMail:
        """Raises KeyError."""
        known = self._known.get(mail_id)
        if known is not None and self._path(mail_id).exists():
            return known
        mail = _read(mail_id, self.raw(mail_id))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[mail_id] = mail
        return mail

    def raw(self, mail_id: str) -> bytes:
        """Raises KeyError."""
        if not _ID.fullmatch(mail_id):  # no path from outside is opened
            raise KeyError(mail_id)
        try:
            return self._path(mail_id).read_bytes()
        except FileNotFoundError:
            raise KeyError(mail_id) from None

    def clear(self) -> None:
        for mail_id in self.ids():
            self._path(mail_id).unlink(missing_ok=True)

    def _path(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"


def _read(mail_id: str, raw: bytes) -> StoredMail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return StoredMail(
        id=mail_id,
        received_at=int(mail_id.split("-")[0]) / 1e9,
        recipients=[part for part in str(message[_RECIPIENTS] or "").split(", ") if part],
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers={key: str(value) for key, value in message.items() if key != _RECIPIENTS},
        attachments=[part.get_filename() or "unnamed" for part in message.iter_attachments()],
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
