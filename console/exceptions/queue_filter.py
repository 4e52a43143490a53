"""The queue's address: which exceptions it lists, for whom, and whether an incident is one row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from api.http.list_queries import CasesQuery
from console.frame.labels import case_label
from console.frame.lists import read_parameters
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.states import CaseState
from domain.people.access import Principal

Filter = tuple[str, str, list[tuple[str, str]]]  # name, label, options


class View(StrEnum):
    MINE = "mine"
    TEAM = "team"
    ALL = "all"


TITLES = {View.MINE: "Mine", View.TEAM: "My team's", View.ALL: "All"}


@dataclass(frozen=True)
class QueueFilter:
    view: View
    query: CasesQuery

    @classmethod
    def read(cls, parameters: Mapping[str, str], who: Principal) -> "QueueFilter":
        """Raises RequestValidationError."""
        chosen = parameters.get("view")
        view = View(chosen) if chosen in set(View) else View.ALL
        query = read_parameters(parameters, CasesQuery, ignore=("state", "grouped"), **_state(parameters))
        of_view: Mapping[View, dict[str, Any]] = {
            View.MINE: {"assignee": who.actor},
            View.TEAM: {"owner": who.role},
            View.ALL: {},
        }
        grouped = query.incident_id is None
        return cls(view, query.model_copy(update={**of_view[view], "grouped": grouped}))

    @classmethod
    def of_address(cls, query: str, who: Principal) -> "QueueFilter":
        """Of the query part of a URL of the queue."""
        return cls.read(dict(parse_qsl(query)), who)

    def narrowing(self, now: datetime) -> dict[str, Any]:
        """What the repository asks besides the page request."""
        return {"unresolved": self.query.unresolved, "overdue_at": now if self.query.overdue else None}

    def choices(self, staff: list[tuple[str, str]]) -> list[Filter]:
        """The filters that the view leaves open; `staff` are actors with their names."""
        states = [(state.value, state.value.replace("_", " ").capitalize()) for state in CaseState]
        kinds = [(kind.value, case_label(kind)) for kind in ExceptionKind]
        severities = [(level.value, level.capitalize()) for level in reversed(Severity)]
        filters: list[Filter] = [
            ("state", "State", [("", "Unresolved"), *states, ("all", "All")]),
            ("kind", "Kind", [("", "All kinds"), *kinds]),
            ("severity", "Severity", [("", "All"), *severities]),
            ("overdue", "Due", [("", "Any time"), ("true", "Overdue")]),
        ]
        if self.view != View.TEAM:
            owners = [(owner.value, owner.capitalize()) for owner in Owner]
            filters.append(("owner", "Owner", [("", "All"), *owners]))
        if self.view != View.MINE:
            filters.append(("assignee", "Assigned to", [("", "Anyone"), *staff]))
        return filters


def _state(parameters: Mapping[str, str]) -> dict[str, str | None]:
    state = parameters.get("state")
    if state == "all":
        return {"state": None}
    return {"state": state} if state else {}
