"""Signed links: URLs with a JWT that grants one purpose for one subject until it expires."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import jwt

from domain.errors import LinkExpired, LinkForAnotherClass, LinkInvalid
from domain.notices.kinds import NoticeKind
from domain.people.roles import Role
from signing.join_codes import JoinCodeMaker

_ALGORITHM = "HS256"
_JOIN, _CONSOLE, _FAMILY, _FILE, _RECORDING = "join", "desk", "family", "file", "recording"
_UNSUBSCRIBE, _CHECK_IN, _DISPUTE = "unsubscribe", "check-in", "dispute"
_OFFER, _PLAN = "offer", "plan"
LINK_VALID_AFTER_CLASS = timedelta(days=1)
CONTENT_LINK_TTL = timedelta(minutes=15)


def address_fingerprint(address: str) -> str:
    """A short hash that identifies a mail address without revealing it."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:16]


@dataclass(frozen=True)
class JoinLink:
    """Lets one participant join the room of one class."""

    session_id: UUID
    organization_id: UUID
    participant_id: UUID
    role: Role
    version: int = 0  # the participant's `link_version` when the link was made


@dataclass(frozen=True)
class CheckInLink:
    """Lets the instructor of one class confirm to be there."""

    session_id: UUID
    organization_id: UUID
    participant_id: UUID
    instructor_id: UUID
    version: int = 0  # the participant's `link_version` when the link was made


@dataclass(frozen=True)
class ConsoleLink:
    """Signs the operator in to the console of one organization, once."""

    organization_id: UUID
    id: UUID
    issued_at: datetime


@dataclass(frozen=True)
class FamilyLink:
    """Gives access to a guardian's page while the address it was mailed to is still theirs."""

    organization_id: UUID
    guardian_id: UUID
    address: str


@dataclass(frozen=True)
class UnsubscribeLink:
    """Ends one kind of message to a person while the address it was mailed to is still theirs."""

    organization_id: UUID
    person_kind: str  # guardian | student
    person_id: UUID
    fingerprint: str  # of the address
    kind: NoticeKind


@dataclass(frozen=True)
class OfferLink:
    """Answers an offer to teach a class while the address it was mailed to is still the instructor's."""

    organization_id: UUID
    offer_id: UUID
    fingerprint: str  # of the address


@dataclass(frozen=True)
class PlanLink:
    """Answers what a plan asks somebody, while the address it was mailed to is still theirs."""

    organization_id: UUID
    plan_id: UUID
    person_id: UUID
    fingerprint: str  # of the address


@dataclass(frozen=True)
class DisputeLink:
    """Lets a family say that a student was in a class, while the address it was mailed to is still theirs."""

    organization_id: UUID
    session_id: UUID
    participant_id: UUID
    person_kind: str  # guardian | student
    person_id: UUID
    fingerprint: str  # of the address


@dataclass(frozen=True)
class FileLink:
    """Gives access to the content of one file of a class."""

    organization_id: UUID
    session_id: UUID
    file_id: UUID


@dataclass(frozen=True)
class RecordingLink:
    """Gives access to one audio segment of a class."""

    organization_id: UUID
    session_id: UUID
    key: str  # in the object store


class LinkSigner:
    """Makes and verifies signed links. The first secret signs, all of them verify.

    The `read_*` methods raise LinkInvalid and LinkExpired.
    """

    def __init__(self, secrets: Sequence[str], public_url: str) -> None:
        self._secrets = tuple(secrets)
        self._base = public_url.rstrip("/")
        self.codes = JoinCodeMaker(secrets)

    def join_url(self, link: JoinLink, expires_at: datetime) -> str:
        token = self._sign(
            _JOIN,
            expires_at,
            session=link.session_id,
            organization=link.organization_id,
            participant=link.participant_id,
            role=link.role,
            version=link.version,
        )
        return f"{self._base}/join/{link.session_id}?t={token}"

    def check_in_url(self, link: CheckInLink, expires_at: datetime) -> str:
        token = self._sign(
            _CHECK_IN,
            expires_at,
            session=link.session_id,
            organization=link.organization_id,
            participant=link.participant_id,
            instructor=link.instructor_id,
            version=link.version,
        )
        return f"{self._base}/check-in?t={token}"

    def read_check_in(self, token: str, now: datetime) -> CheckInLink:
        claims = self._read(_CHECK_IN, token, now)
        return CheckInLink(
            UUID(claims["session"]),
            UUID(claims["organization"]),
            UUID(claims["participant"]),
            UUID(claims["instructor"]),
            int(claims["version"]),
        )

    def short_join_url(self, code: str) -> str:
        """A link with a code whose hash is stored in the database, not signed."""
        return f"{self._base}/j/{code}"

    def calendar_url(self, token: str) -> str:
        """The address of a calendar feed, whose token's hash is stored in the database, not signed."""
        return f"{self._base}/calendar/{token}.ics"

    def read_join(self, token: str, session_id: UUID, now: datetime) -> JoinLink:
        """Also raises LinkForAnotherClass."""
        claims = self._read(_JOIN, token, now)
        link = JoinLink(
            UUID(claims["session"]),
            UUID(claims["organization"]),
            UUID(claims["participant"]),
            Role(claims["role"]),
            int(claims.get("version", 0)),
        )
        if link.session_id != session_id:
            raise LinkForAnotherClass
        return link

    def console_url(self, link: ConsoleLink, expires_at: datetime, path: str = "/today") -> str:
        token = self._sign(
            _CONSOLE,
            expires_at,
            organization=link.organization_id,
            link=link.id,
            issued=link.issued_at.isoformat(),
        )
        return f"{self._base}/sign-in/operator?{urlencode({'token': token, 'next': path})}"

    def read_console(self, token: str, now: datetime) -> ConsoleLink:
        claims = self._read(_CONSOLE, token, now)
        if "link" not in claims:
            raise LinkInvalid
        return ConsoleLink(
            UUID(claims["organization"]), UUID(claims["link"]), datetime.fromisoformat(claims["issued"])
        )

    def family_url(self, link: FamilyLink, expires_at: datetime) -> str:
        token = self._sign(
            _FAMILY,
            expires_at,
            organization=link.organization_id,
            guardian=link.guardian_id,
            address=address_fingerprint(link.address),
        )
        return f"{self._base}/family?t={token}"

    def read_family(self, token: str, now: datetime) -> tuple[UUID, UUID, str]:
        """Organization id, guardian id and the fingerprint of the address."""
        claims = self._read(_FAMILY, token, now)
        return UUID(claims["organization"]), UUID(claims["guardian"]), str(claims["address"])

    def unsubscribe_url(self, link: UnsubscribeLink, expires_at: datetime) -> str:
        token = self._sign(
            _UNSUBSCRIBE,
            expires_at,
            organization=link.organization_id,
            kind_of_person=link.person_kind,
            person=link.person_id,
            address=link.fingerprint,
            kind=link.kind,
        )
        return f"{self._base}/unsubscribe?t={token}"

    def read_unsubscribe(self, token: str, now: datetime) -> UnsubscribeLink:
        claims = self._read(_UNSUBSCRIBE, token, now)
        return UnsubscribeLink(
            UUID(claims["organization"]),
            str(claims["kind_of_person"]),
            UUID(claims["person"]),
            str(claims["address"]),
            NoticeKind(claims["kind"]),
        )

    def offer_url(self, link: OfferLink, expires_at: datetime) -> str:
        token = self._sign(
            _OFFER,
            expires_at,
            organization=link.organization_id,
            offer=link.offer_id,
            address=link.fingerprint,
        )
        return f"{self._base}/offer?t={token}"

    def read_offer(self, token: str, now: datetime) -> OfferLink:
        claims = self._read(_OFFER, token, now)
        return OfferLink(UUID(claims["organization"]), UUID(claims["offer"]), str(claims["address"]))

    def plan_url(self, link: PlanLink, expires_at: datetime) -> str:
        token = self._sign(
            _PLAN,
            expires_at,
            organization=link.organization_id,
            plan=link.plan_id,
            person=link.person_id,
            address=link.fingerprint,
        )
        return f"{self._base}/plan-answer?t={token}"

    def read_plan(self, token: str, now: datetime) -> PlanLink:
        claims = self._read(_PLAN, token, now)
        return PlanLink(
            UUID(claims["organization"]), UUID(claims["plan"]), UUID(claims["person"]), str(claims["address"])
        )

    def dispute_url(self, link: DisputeLink, expires_at: datetime) -> str:
        token = self._sign(
            _DISPUTE,
            expires_at,
            organization=link.organization_id,
            session=link.session_id,
            participant=link.participant_id,
            kind_of_person=link.person_kind,
            person=link.person_id,
            address=link.fingerprint,
        )
        return f"{self._base}/attendance?t={token}"

    def read_dispute(self, token: str, now: datetime) -> DisputeLink:
        claims = self._read(_DISPUTE, token, now)
        return DisputeLink(
            UUID(claims["organization"]),
            UUID(claims["session"]),
            UUID(claims["participant"]),
            str(claims["kind_of_person"]),
            UUID(claims["person"]),
            str(claims["address"]),
        )

    def sign_in_page(self) -> str:
        return f"{self._base}/sign-in"

    def sign_in_url(self, token: str, path: str | None) -> str:
        """A link with a token that is stored in the database, not signed; `path` is where to go after sign-in."""
        after = {"next": path} if path else {}
        return f"{self._base}/sign-in/link?{urlencode({'token': token, **after})}"

    def file_url(self, link: FileLink, expires_at: datetime) -> str:
        token = self._sign(
            _FILE,
            expires_at,
            organization=link.organization_id,
            session=link.session_id,
            file=link.file_id,
        )
        return f"{self._base}/v1/content/file?t={token}"

    def read_file(self, token: str, now: datetime) -> FileLink:
        claims = self._read(_FILE, token, now)
        return FileLink(UUID(claims["organization"]), UUID(claims["session"]), UUID(claims["file"]))

    def recording_url(self, link: RecordingLink, expires_at: datetime) -> str:
        token = self._sign(
            _RECORDING,
            expires_at,
            organization=link.organization_id,
            session=link.session_id,
            key=link.key,
        )
        return f"{self._base}/v1/content/recording?t={token}"

    def read_recording(self, token: str, now: datetime) -> RecordingLink:
        claims = self._read(_RECORDING, token, now)
        return RecordingLink(UUID(claims["organization"]), UUID(claims["session"]), claims["key"])

    def case_page(self, case_id: UUID) -> str:
        return f"{self._base}/exceptions/{case_id}"

    def teaching_page(self, path: str = "") -> str:
        """A page of instructors, who sign in there."""
        return f"{self._base}/teaching{path}"

    def session_page(self, session_id: UUID) -> str:
        return f"{self._base}/sessions/{session_id}"

    def _sign(self, purpose: str, expires_at: datetime, **claims: Any) -> str:
        payload = {"aud": purpose, "exp": int(expires_at.timestamp())} | {
            k: str(v) for k, v in claims.items()
        }
        return jwt.encode(payload, self._secrets[0], algorithm=_ALGORITHM)

    def _read(self, purpose: str, token: str, now: datetime) -> dict[str, Any]:
        for secret in self._secrets:
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    secret,
                    algorithms=[_ALGORITHM],
                    audience=purpose,
                    options={"verify_exp": False, "require": ["exp", "aud", "organization"]},
                )
            except jwt.InvalidTokenError:
                continue
            if claims["exp"] <= now.timestamp():
                raise LinkExpired
            return claims
        raise LinkInvalid
