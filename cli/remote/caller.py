"""Who runs a verb: the API with their key, their screen, and what ends the verb with which exit code.

0: done. 1: the API refused. 2: the command line makes no sense. 3: the API does not answer.
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any

import httpx
import typer

from cli.api_client import Api, ApiError, Json
from cli.remote.address import address_of_api, key_of
from cli.remote.moments import read_moment, read_zone
from cli.remote.screen import Screen

REFUSED, UNREACHABLE = 1, 3
_PANEL = "Connection and output"

Url = Annotated[
    str,
    typer.Option(
        envvar="HOMEROOM_API_URL",
        help="Defaults to the stack on this machine.",
        rich_help_panel=_PANEL,
        show_default=False,
    ),
]
Key = Annotated[
    str,
    typer.Option(
        envvar="HOMEROOM_API_KEY",
        help="An API key of the organization.",
        rich_help_panel=_PANEL,
        show_default=False,
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON; lists are printed as JSON lines.", rich_help_panel=_PANEL)
]
Zone = Annotated[
    str,
    typer.Option(
        envvar="HOMEROOM_ZONE",
        help="Time zone for reading and showing times. Defaults to this machine's.",
        rich_help_panel=_PANEL,
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")]
_COMMON: dict[str, tuple[Any, Any]] = {
    "api_url": (Url, ""),
    "api_key": (Key, ""),
    "as_json": (AsJson, False),
    "zone": (Zone, ""),
}


@dataclass(frozen=True)
class Caller:
    api: Api
    screen: Screen

    def moment(self, text: str) -> str:
        return read_moment(text, self.screen.zone).isoformat()

    def sure(self, question: str, yes: bool) -> None:
        """For what cannot be taken back."""
        if yes:
            return
        if not sys.stdin.isatty():
            raise typer.BadParameter(f"{question} Pass --yes to confirm.")
        typer.confirm(question, abort=True, err=True)


def remote(function: Callable[..., None]) -> Callable[..., None]:
    """Makes a verb of a function whose first argument is the caller: with the options of the connection."""

    @wraps(function)
    def verb(**told: Any) -> None:
        common = {name: told.pop(name) for name in _COMMON}
        with calling(**common) as caller:
            function(caller, **told)

    own = list(inspect.signature(function).parameters.values())[1:]
    return with_parameters(verb, [*own, *(option(name, *one) for name, one in _COMMON.items())])


def option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def with_parameters(verb: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    """Typer reads the command line's form off the signature."""
    named = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    verb.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    verb.__annotations__ = {one.name: one.annotation for one in named}
    return verb


@contextmanager
def calling(
    *, api_url: str, api_key: str, as_json: bool, zone: str, token: Callable[[str], str] = key_of
) -> Iterator[Caller]:
    address = address_of_api(api_url)
    screen = Screen(as_json, read_zone(zone))
    try:
        api = Api(address, token(api_key))
        try:
            yield Caller(api, screen)
        finally:
            api.close()
    except httpx.InvalidURL:
        raise typer.BadParameter(f"{address} isn't a valid address.") from None
    except httpx.TransportError as error:
        screen.note(f"The API at {address} isn't responding: {error or type(error).__name__}.")
        raise typer.Exit(UNREACHABLE) from None
    except ApiError as error:
        raise typer.Exit(_tell(screen, address, error)) from None
    except BrokenPipeError:
        sys.stderr.close()  # whoever read has enough: `homeroom … | head`
        raise typer.Exit(0) from None


def _tell(screen: Screen, address: str, error: ApiError) -> int:
    problem = error.problem
    if "code" not in problem:
        screen.note(f"{address} responded with {error.status}, which isn't from Homeroom. Check the address.")
        return UNREACHABLE
    if screen.as_json:
        screen.note(json.dumps(problem, ensure_ascii=False))
    else:
        screen.note("\n".join(_said(problem)))
    return REFUSED


def _said(problem: Json) -> Iterator[str]:
    detail = str(problem.get("detail", ""))
    yield f"Refused: {detail} ({problem['code']})"
    if step := problem.get("next_step"):
        yield f"Next: {step}"
    if number := problem.get("request_id"):
        yield f"Request: {number}"
