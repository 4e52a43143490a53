"""Query parameters of the lists that the API and the console share."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field, create_model

from api.http.paging import Listing, ListQuery
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.states import CaseState
from domain.notices.kinds import DeliveryState
from domain.subjects import SubjectKind
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
    sort: Literal["due_at", "-due_at", "opened_at", "-opened_at"] = "due_at"

    @property
    def unresolved(self) -> bool:
        return self.state == UNRESOLVED_CASES

    @property
    def equal(self) -> dict[str, object]:
        exact = {} if self.state is None or self.unresolved else {"state": self.state}
        return super().equal | exact


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
