"""Subjects: what a notice, a case or a file is about."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID


class SubjectKind(StrEnum):
    SESSION = "session"
    GUARDIAN = "guardian"
    STUDENT = "student"
    INSTRUCTOR = "instructor"
    MEMBER = "member"
    COURSE = "course"
    SERIES = "series"
    PLAN = "plan"
    IMPORT = "import"
    REPORT = "report"
    ORGANIZATION = "organization"
    ROTA = "rota"
    ALERT_CHANNEL = "alert_channel"


@dataclass(frozen=True)
class Subject:
    kind: SubjectKind
    id: UUID

    @classmethod
    def session(cls, session_id: UUID) -> Self:
        return cls(SubjectKind.SESSION, session_id)

    @property
    def session_id(self) -> UUID | None:
        """The session, where the subject is one."""
        return self.id if self.kind == SubjectKind.SESSION else None

    @property
    def noun(self) -> str:
        """What people call it."""
        return _NOUNS.get(self.kind, self.kind.value)


_NOUNS = {
    SubjectKind.SESSION: "class",
    SubjectKind.MEMBER: "member of staff",
    SubjectKind.IMPORT: "booking from a file",
    SubjectKind.ROTA: "on-call rota",
    SubjectKind.ALERT_CHANNEL: "channel",
}
