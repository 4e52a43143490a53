"""The query strings of lists that the API and the console share."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field, create_model

from api.http.paging import Listing, ListQuery
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.notices.kinds import DeliveryState
from domain.subjects import SubjectKind
from services.resources.resource import Resource


class CasesQuery(Listing):
    filters = ("state", "kind", "severity", "owner", "assignee", "subject_kind", "subject_id", "session_id")

    state: Literal["open", "resolved"] | None = "open"
    kind: ExceptionKind | None = None
    severity: Severity | None = None
    owner: Owner | None = None
    assignee: str | None = Field(None, max_length=100, examples=["member:0198c0de-…"])
    subject_kind: SubjectKind | None = None
    subject_id: UUID | None = None
    session_id: UUID | None = None
    overdue: bool = False
    sort: Literal["due_at", "-due_at", "opened_at", "-opened_at"] = "due_at"


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
    """What may stand behind the question mark of a list."""
    sorts = [sign + name for name in resource.sorts for sign in ("", "-")]
    filters: dict[str, Any] = {
        name: (kind | None, Field(None, description="Only those with just this."))
        for name, kind in resource.filters.items()
    }
    if resource.searched:
        told = " or ".join(f"`{name}`" for name in resource.searched)
        filters["q"] = (str, Field("", max_length=200, description=f"Only those with this in {told}."))
    query = create_model(
        f"{type(resource).__name__}Query",
        __base__=Listing,
        sort=(_one_of(sorts), Field(resource.sorts[0], description="With `-`: the greatest first.")),
        retired=(bool | None, Field(False, description="true: those out of use.")),
        **filters,
    )
    query.filters, query.searched = tuple(resource.filters), resource.searched
    query.kinds = {name: _plain(resource.table.model_fields[name].annotation) for name in resource.sorts}
    return query


def _one_of(names: list[str]) -> Any:
    return Literal[tuple(names)]


def _plain(annotation: Any) -> type:
    """The type of a column that may be annotated as optional."""
    kinds = [kind for kind in getattr(annotation, "__args__", (annotation,)) if kind is not type(None)]
    plain: type = kinds[0]
    return plain
