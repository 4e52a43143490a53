"""Query parameters of the lists that the API and the console share."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, create_model

from api.http.paging import Listing, ListQuery
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.states import CaseState
from domain.notices.kinds import DeliveryState
from domain.record.documentation_filter import DocumentationFilter
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.repositories.class_lists import ClassFilter
from services.inputs.fields import Moment
from services.resources.resource import Resource

UNRESOLVED_CASES: Literal["unresolved"] = "unresolved"


class CasesQuery(Listing):
    filters = (
        "kind",
        "severity",
        "owner",
        "queue",
        "assignee",
        "subject_kind",
        "subject_id",
        "session_id",
        "incident_id",
    )

    state: CaseState | Literal["unresolved"] | None = Field(
        UNRESOLVED_CASES, description="`unresolved`: whatever is neither `resolved` nor `self_resolved`."
    )
    kind: ExceptionKind | None = None
    severity: Severity | None = None
    owner: Owner | None = None
    queue: str | None = Field(None, max_length=100)
    assignee: str | None = Field(None, max_length=100, examples=["member:0198c0de-…"])
    subject_kind: SubjectKind | None = None
    subject_id: UUID | None = None
    session_id: UUID | None = None
    incident_id: UUID | None = None
    overdue: bool = False
    grouped: bool = Field(
        False,
        description="Of an incident only the first of its exceptions, by `sort`. The incident counts them.",
    )
    q: str = Field(
        "",
        max_length=200,
        description="Search names: of the class, its course and its people, and of whom or what else it is about.",
    )
    sort: Literal["due_at", "-due_at", "opened_at", "-opened_at"] = "due_at"

    @property
    def unresolved(self) -> bool:
        return self.state == UNRESOLVED_CASES

    @property
    def equal(self) -> dict[str, object]:
        exact = {} if self.state is None or self.unresolved else {"state": self.state}
        return super().equal | exact


class SessionsQuery(Listing):
    """`from` and `to` select by start time. They default to yesterday and a week from now."""

    filters = ("state", "course_id", "instructor_id", "external_id")
    searched = ("title",)

    start: Moment | None = Field(None, validation_alias="from")
    end: Moment | None = Field(None, validation_alias="to")
    state: SessionState | None = None
    course_id: UUID | None = None
    instructor_id: UUID | None = None
    student_id: UUID | None = None
    open_case: bool = Field(False, description="`true`: only classes with an open exception.")
    without_instructor: bool = Field(
        False,
        description="`true`: only classes whose substitute is being searched or was not found, and coming ones whose "
        "instructor is retired.",
    )
    open_to_volunteers: bool = Field(False, description="`true`: only classes that are open to volunteers.")
    documentation: DocumentationFilter | None = Field(
        None, description="Its status. `missing`: the class was held and has no documentation."
    )
    external_id: str | None = Field(None, max_length=200)
    q: str = Field("", max_length=200, description="Search titles.")
    sort: Literal["starts_at", "-starts_at", "created_at", "-created_at"] = "starts_at"

    def between(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The period to list; None: without that end. A search by external id covers all times."""
        if self.external_id is not None and self.start is None and self.end is None:
            return None, None
        start = self.start or (self.end or now + timedelta(days=7)) - timedelta(days=8)
        return start, self.end or start + timedelta(days=8)

    def narrowed(self, start: datetime | None, end: datetime | None) -> ClassFilter:
        """What the repository asks besides the page request."""
        return ClassFilter(
            start,
            end,
            self.student_id,
            open_case=self.open_case,
            without_instructor=self.without_instructor,
            open_to_volunteers=self.open_to_volunteers,
            documentation=self.documentation,
        )


class NoticesQuery(ListQuery):
    filters = ("kind", "recipient_id", "subject_kind", "subject_id", "session_id")
    searched = ("subject", "address")

    state: DeliveryState | None = None
    kind: str | None = Field(None, max_length=40)
    recipient_id: UUID | None = None
    subject_kind: SubjectKind | None = None
    subject_id: UUID | None = None
    session_id: UUID | None = None


class KeysQuery(ListQuery):
    filters = ("prefix",)
    searched = ("name", "prefix")

    prefix: str | None = None

    @property
    def equal(self) -> dict[str, object]:
        return super().equal if self.prefix else {}


def list_query(resource: Resource[Any]) -> type[Listing]:
    """The query parameters of a resource's list: its filters, search, sort orders and the retired flag."""
    sorts = [sign + name for name in resource.sorts for sign in ("", "-")]
    filters: dict[str, Any] = {
        name: (kind | None, Field(None, description="Only rows with this value."))
        for name, kind in resource.filters.items()
    }
    if resource.searched:
        columns = " or ".join(f"`{name}`" for name in resource.searched)
        filters["q"] = (str, Field("", max_length=200, description=f"Only rows with this text in {columns}."))
    query = create_model(
        f"{type(resource).__name__}Query",
        __base__=Listing,
        sort=(_literal(sorts), Field(resource.sorts[0], description="Start with `-` for descending order.")),
        retired=(bool | None, Field(False, description="`true` lists retired rows, `false` active ones.")),
        **filters,
    )
    query.filters, query.searched = tuple(resource.filters), resource.searched
    query.kinds = {
        name: _column_type(resource.table.model_fields[name].annotation) for name in resource.sorts
    }
    return query


def _literal(names: list[str]) -> Any:
    return Literal[tuple(names)]


def _column_type(annotation: Any) -> type:
    """The type of a column, without None if it is optional."""
    types = [kind for kind in getattr(annotation, "__args__", (annotation,)) if kind is not type(None)]
    column_type: type = types[0]
    return column_type
