"""Stores mails as `.eml` files whose names sort by arrival."""

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
_MAX_CACHED = 5_000
_ID = re.compile(r"[0-9]{20}-[0-9]+-[0-9]+")


@dataclass(frozen=True)
class StoredMail:
    id: str
    received_at: float
    """Unix seconds."""
    recipients: list[str]
    """From the SMTP envelope, which may differ from the headers."""
    sender: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: list[str]
    """File names."""


class MailStore:
    """A folder of mails. Several processes may write: ids contain time, pid and a counter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count()
        self._cache: dict[str, StoredMail] = {}  # mails never change, and parsing one takes milliseconds
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, content: bytes, recipients: Sequence[str]) -> str:
        """Store the mail unchanged except for a header with the envelope's recipients. Returns its id."""
        mail_id = f"{time.time_ns():020d}-{os.getpid()}-{next(self._count)}"
        header = f"{_RECIPIENTS}: {', '.join(recipients)}\r\n".encode()
        unfinished = self._folder / f".{mail_id}.tmp"
        unfinished.write_bytes(header + content)
        unfinished.replace(self._path(mail_id))
        return mail_id

    def ids(self, to: str | None = None) -> list[str]:
        """The ids of all mails, or of those with an envelope recipient, latest first."""
        ids = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        return ids if to is None else [mail_id for mail_id in ids if to in self._recipients(mail_id)]

    def get(self, mail_id: str) -> StoredMail:
        """The parsed mail. Raises KeyError."""
        cached = self._cache.get(mail_id)
        if cached is not None and self._path(mail_id).exists():
            return cached
        mail = _read(mail_id, self.raw(mail_id))
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        self._cache[mail_id] = mail
        return mail

    def raw(self, mail_id: str) -> bytes:
        """The mail as stored. Raises KeyError."""
        if not _ID.fullmatch(mail_id):  # an id from a URL must not become another path
            raise KeyError(mail_id)
        try:
            return self._path(mail_id).read_bytes()
        except FileNotFoundError:
            raise KeyError(mail_id) from None

    def clear(self) -> None:
        for mail_id in self.ids():
            self._path(mail_id).unlink(missing_ok=True)

    def _recipients(self, mail_id: str) -> list[str]:
        """From the first line of the file: a store of many mails is searched without parsing them."""
        try:
            with self._path(mail_id).open("rb") as file:
                return _addresses(file.readline().decode().partition(":")[2].strip())
        except FileNotFoundError:
            return []

    def _path(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"


def _read(mail_id: str, raw: bytes) -> StoredMail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return StoredMail(
        id=mail_id,
        received_at=int(mail_id.split("-")[0]) / 1e9,
        recipients=_addresses(str(message[_RECIPIENTS] or "")),
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers={key: str(value) for key, value in message.items() if key != _RECIPIENTS},
        attachments=[part.get_filename() or "unnamed" for part in message.iter_attachments()],
    )


def _addresses(listed: str) -> list[str]:
    return [part for part in listed.split(", ") if part]


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
