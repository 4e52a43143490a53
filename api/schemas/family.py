"""What a guardian reads of their own children."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.record.documentation import CheckOutcome, Section
from domain.sessions.states import SessionState
from services.family import Child, Family, NextClass, Summary
from services.inputs.fields import Schema


class FamilyStatement(Schema):
    section: Section
    text: str
    outcome: CheckOutcome | None


class FamilyClass(Schema):
    session_id: UUID
    title: str
    course: str
    instructor: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    time_zone: str = Field(description="The zone the class is planned in.")


class FamilyNextClass(FamilyClass):
    state: SessionState
    join_url: str = Field(description="Signed; for this child alone.")


class FamilySummary(FamilyClass):
    statements: list[FamilyStatement] = Field(
        description="Approved, and without what rests on the words of other people's children."
    )


class ChildOut(Schema):
    student_id: UUID
    name: str
    coming: list[FamilyNextClass] = Field(description="The next ones, the first first.")
    summaries: list[FamilySummary] = Field(description="The latest first.")


class SentOut(Schema):
    kind: str
    subject: str
    sent_at: AwareDatetime


class FamilyOut(Schema):
    name: str
    language: str
    time_zone: str = Field(description="The guardian's own.")
    children: list[ChildOut]
    sent: list[SentOut] = Field(description="Messages, the latest first.")

    @classmethod
    def of(cls, family: Family) -> "FamilyOut":
        return cls(
            name=family.guardian.name,
            language=family.guardian.language,
            time_zone=family.guardian.time_zone,
            children=[_child(child) for child in family.children],
            sent=[
                SentOut(kind=notice.kind, subject=notice.subject, sent_at=notice.sent_at)
                for notice in family.sent
                if notice.sent_at
            ],
        )


def _child(child: Child) -> ChildOut:
    return ChildOut(
        student_id=child.student.id,
        name=child.student.name,
        coming=[
            FamilyNextClass(**_class(one), state=one.of.session.state, join_url=one.join_url)
            for one in child.coming
        ],
        summaries=[FamilySummary(**_class(one), statements=_statements(one)) for one in child.summaries],
    )


def _class(one: NextClass | Summary) -> dict[str, object]:
    session = one.of.session
    return {
        "session_id": session.id,
        "title": session.title,
        "course": one.of.course.title,
        "instructor": one.of.instructor,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "time_zone": session.time_zone,
    }


def _statements(summary: Summary) -> list[FamilyStatement]:
    return [
        FamilyStatement(section=one.section, text=one.text, outcome=one.outcome) for one in summary.statements
    ]
