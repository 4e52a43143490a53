"""Every route of the application with its rule: from its dependencies, or from the table of those without one.

`rule_of` gives the rules that docs/adr/0012 speaks of. A route that neither checks a permission or a role nor stands in
`OTHER_RULES` has no rule, and fails the walk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import get_args
from uuid import UUID

from fastapi import FastAPI
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.routing import Route as PlainRoute

from api.http.authentication import Needs, identify
from console.family.family_page import guardian_or_link
from console.frame.viewers import OnlyFor, current_user
from domain.people.access import PERMISSIONS, AccessRole, Permission, Principal, Reach


class Proof(StrEnum):
    """What a route without a role takes instead."""

    NOTHING = "nothing"  # it shows and changes nothing of an organization, or only what a secret in it is for
    JOIN_LINK = "join link"
    CONTENT_LINK = "content link"
    OPERATOR_TOKEN = "operator's token"
    OPERATOR_SESSION = "operator's session"
    SIGNATURE = "LiveKit's signature"


OTHER_RULES: dict[tuple[str, str], Proof] = {
    ("GET", "/healthz"): Proof.NOTHING,
    ("GET", "/v1/openapi.json"): Proof.NOTHING,
    ("GET", "/v1/docs"): Proof.NOTHING,
    ("GET", "/v1/docs/start.js"): Proof.NOTHING,
    ("GET", "/join/{session_id}"): Proof.NOTHING,  # the room page, which asks with the link
    ("GET", "/calendar/{token}.ics"): Proof.NOTHING,  # the secret address is the proof
    ("GET", "/j"): Proof.NOTHING,
    ("GET", "/j/{code}"): Proof.NOTHING,
    ("GET", "/sign-in"): Proof.NOTHING,
    ("POST", "/sign-in"): Proof.NOTHING,
    ("GET", "/sign-in/link"): Proof.NOTHING,
    ("POST", "/sign-in/link"): Proof.NOTHING,
    ("GET", "/sign-in/operator"): Proof.NOTHING,
    ("POST", "/sign-in/operator"): Proof.NOTHING,
    ("GET", "/sign-in/with/{provider_id}"): Proof.NOTHING,
    ("GET", "/sign-in/callback"): Proof.NOTHING,
    ("POST", "/sign-out"): Proof.NOTHING,
    ("POST", "/family"): Proof.NOTHING,  # the button of a family link
    ("GET", "/offer"): Proof.NOTHING,
    ("POST", "/offer"): Proof.NOTHING,
    ("GET", "/plan-answer"): Proof.NOTHING,
    ("POST", "/plan-answer"): Proof.NOTHING,
    ("GET", "/check-in"): Proof.NOTHING,
    ("POST", "/check-in"): Proof.NOTHING,  # the button of a check-in link
    ("GET", "/attendance"): Proof.NOTHING,
    ("POST", "/attendance"): Proof.NOTHING,  # the button of a link about a missed class
    ("GET", "/unsubscribe"): Proof.NOTHING,
    ("POST", "/unsubscribe"): Proof.NOTHING,
    ("GET", "/operator"): Proof.NOTHING,
    ("POST", "/operator/sign-in"): Proof.NOTHING,
    ("POST", "/operator/sign-out"): Proof.NOTHING,
    ("POST", "/operator/organizations"): Proof.OPERATOR_SESSION,
    ("POST", "/v1/organizations"): Proof.OPERATOR_TOKEN,
    ("PUT", "/v1/organizations/{id}/domains/{domain}"): Proof.OPERATOR_TOKEN,
    ("DELETE", "/v1/organizations/{id}/domains/{domain}"): Proof.OPERATOR_TOKEN,
    ("POST", "/v1/livekit/webhooks"): Proof.SIGNATURE,
    ("GET", "/v1/content/file"): Proof.CONTENT_LINK,
    ("GET", "/v1/content/recording"): Proof.CONTENT_LINK,
    ("POST", "/v1/join/{session_id}/credentials"): Proof.JOIN_LINK,
    ("GET", "/v1/join/{session_id}/people"): Proof.JOIN_LINK,
    ("GET", "/v1/join/{session_id}/chat"): Proof.JOIN_LINK,
    ("GET", "/v1/join/{session_id}/class"): Proof.JOIN_LINK,
    ("GET", "/v1/join/{session_id}/captions"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/chat"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/mute"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/lower-hands"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/remove"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/readmit"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/lock"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/end"): Proof.JOIN_LINK,
    ("POST", "/v1/join/{session_id}/quality"): Proof.JOIN_LINK,
}


@dataclass(frozen=True)
class Roles:
    """The rule of routes with permissions or roles; without either it admits everybody who is signed in."""

    checks: tuple[Needs | OnlyFor, ...]

    def admits(self, who: Principal) -> Reach | None:
        """How far the caller may reach here, by the table; None: not at all."""
        reaches = []
        for check in self.checks:
            if isinstance(check, OnlyFor):
                if who.role not in check.roles:
                    return None
                continue
            if who.scopes is not None and check.permission not in who.scopes:
                return None
            reaches.append(PERMISSIONS[check.permission].get(who.role))
        if None in reaches:
            return None
        if not reaches:
            return Reach.OWN if who.role in (AccessRole.INSTRUCTOR, AccessRole.GUARDIAN) else Reach.ALL
        return Reach.OWN if Reach.OWN in reaches else Reach.ALL

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset(check.permission for check in self.checks if isinstance(check, Needs))


Rule = Roles | Proof


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    rule: Rule | None  # None: nobody has declared who may

    @property
    def is_page(self) -> bool:
        return not self.path.startswith("/v1/")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes(app: FastAPI) -> list[Route]:
    """Mounted folders are files that everybody may read, and have no routes."""
    served = [context.original_route for context in iter_route_contexts(app.routes)]
    return [
        Route(method, route.path, rule_of(method, route))
        for route in served
        if isinstance(route, PlainRoute) and not _only_refuses(route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def rule_of(method: str, route: PlainRoute) -> Rule | None:
    if (other := OTHER_RULES.get((method, route.path))) is not None:
        return other
    if not isinstance(route, APIRoute):
        return None
    found = list(_dependencies(route.dependant))
    checks = tuple(call for call in found if isinstance(call, Needs | OnlyFor))
    if guardian_or_link in found:
        checks += (OnlyFor(AccessRole.GUARDIAN),)
    signed_in = current_user in found or identify in found
    return Roles(checks) if checks or signed_in else None


def _dependencies(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _dependencies(inner)


def query_parameters(app: FastAPI) -> Iterator[tuple[str, str, bool]]:
    """The path of each route that is read, with the name of each parameter of its query, and whether it is an id."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            for parameter in _queries(route.dependant):
                info = parameter.field_info
                if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
                    for name, inner in info.annotation.model_fields.items():
                        yield route.path, inner.alias or name, _is_id(inner.annotation)
                else:
                    yield route.path, parameter.alias, _is_id(info.annotation)


def _queries(dependant: Dependant) -> Iterator[ModelField]:
    yield from dependant.query_params
    for inner in dependant.dependencies:
        yield from _queries(inner)


def _is_id(annotation: object) -> bool:
    return annotation is UUID or any(_is_id(inner) for inner in get_args(annotation))


def _only_refuses(route: PlainRoute) -> bool:
    """Whether the route answers methods that a path with fixed words does not have."""
    return getattr(route.endpoint, "__name__", "") == "_other_method"
