"""Response body of a guardian's view of their own children."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.record.documentation import CheckOutcome, Section
from domain.sessions.states import SessionState
from reports.statements import statement_text
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
    time_zone: str = Field(description="The class's time zone.")


class FamilyNextClass(FamilyClass):
    state: SessionState
    join_url: str = Field(description="A signed link for this child only.")
    excused: bool = Field(description="The family said that the child cannot come.")


class FamilySummary(FamilyClass):
    statements: list[FamilyStatement] = Field(
        description="Approved statements for everybody or for this child, in the guardian's language as far as "
        "Homeroom wrote them."
    )


class ChildOut(Schema):
    student_id: UUID
    name: str
    coming: list[FamilyNextClass] = Field(description="Upcoming classes, soonest first.")
    summaries: list[FamilySummary] = Field(description="Latest first.")


class SentOut(Schema):
    kind: str
    subject: str
    sent_at: AwareDatetime


class FamilyOut(Schema):
    name: str
    language: str
    time_zone: str = Field(description="The guardian's time zone.")
    children: list[ChildOut]
    sent: list[SentOut] = Field(description="Messages, latest first.")

    @classmethod
    def of(cls, family: Family) -> "FamilyOut":
        language = family.guardian.language
        return cls(
            name=family.guardian.name,
            language=family.guardian.language,
            time_zone=family.guardian.time_zone,
            children=[_child(child, language) for child in family.children],
            sent=[
                SentOut(kind=notice.kind, subject=notice.subject, sent_at=notice.sent_at)
                for notice in family.sent
                if notice.sent_at
            ],
        )


def _child(child: Child, language: str) -> ChildOut:
    return ChildOut(
        student_id=child.student.id,
        name=child.student.name,
        coming=[
            FamilyNextClass(
                **_class(next_class),
                state=next_class.of.session.state,
                join_url=next_class.join_url,
                excused=next_class.excused,
            )
            for next_class in child.coming
        ],
        summaries=[
            FamilySummary(**_class(summary), statements=_statements(summary, language))
            for summary in child.summaries
        ],
    )


def _class(entry: NextClass | Summary) -> dict[str, object]:
    """The fields that next classes and summaries share."""
    session = entry.of.session
    return {
        "session_id": session.id,
        "title": session.title,
        "course": entry.of.course.title,
        "instructor": entry.of.instructor,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "time_zone": session.time_zone,
    }


def _statements(summary: Summary, language: str) -> list[FamilyStatement]:
    return [
        FamilyStatement(
            section=statement.section, text=statement_text(statement, language), outcome=statement.outcome
        )
        for statement in summary.statements
    ]
