"""Runs a command with an API client and a screen, and turns errors into messages and exit codes.

Exit codes: 0 success, 1 the API refused, 2 invalid command line, 3 the API is not responding.
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.json_types import Json
from cli.remote.address import address_of_api, required_key
from cli.remote.moments import read_moment, read_zone
from cli.remote.screen import Screen

if TYPE_CHECKING:
    from cli.api_client import Api, ApiError

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
    """The API client and the screen of the person or program that runs a command."""

    api: "Api"
    screen: Screen

    def moment(self, text: str) -> str:
        """A typed time as ISO 8601; read in --zone if it has no offset."""
        return read_moment(text, self.screen.zone).isoformat()

    def confirm(self, question: str, yes: bool) -> None:
        """Ask before a destructive action, unless --yes was passed. Without a terminal, --yes is required."""
        if yes:
            return
        if not sys.stdin.isatty():
            raise typer.BadParameter(f"{question} Pass --yes to confirm.")
        typer.confirm(question, abort=True, err=True)


def remote(function: Callable[..., None]) -> Callable[..., None]:
    """Decorator for commands: passes the `Caller` as first argument and adds the connection options."""

    @wraps(function)
    def command(**arguments: Any) -> None:
        common = {name: arguments.pop(name) for name in _COMMON}
        with calling(**common) as caller:
            function(caller, **arguments)

    own = list(inspect.signature(function).parameters.values())[1:]
    return with_parameters(
        command, [*own, *(option(name, *definition) for name, definition in _COMMON.items())]
    )


def option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    """A parameter that Typer turns into an option or argument."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def with_parameters(command: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    """The function with another signature, from which Typer derives arguments and options."""
    named = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    command.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in named}
    return command


@contextmanager
def calling(
    *, api_url: str, api_key: str, as_json: bool, zone: str, token: Callable[[str], str] = required_key
) -> Iterator[Caller]:
    """A caller for these options; API errors inside end the command. `token` checks `api_key`."""
    # Imported here: help pages and mistakes in the command line are shown without an HTTP client.
    import httpx2

    from cli.api_client import Api, ApiError

    address = address_of_api(api_url)
    screen = Screen(as_json, read_zone(zone))
    try:
        api = Api(address, token(api_key))
        try:
            yield Caller(api, screen)
        finally:
            api.close()
    except httpx2.InvalidURL:
        raise typer.BadParameter(f"{address} isn't a valid address.") from None
    except httpx2.TransportError as error:
        screen.note(f"The API at {address} isn't responding: {error or type(error).__name__}.")
        raise typer.Exit(UNREACHABLE) from None
    except ApiError as error:
        raise typer.Exit(_show_error(screen, address, error)) from None
    except BrokenPipeError:
        sys.stderr.close()  # the reader has closed its end, as in `homeroom … | head`
        raise typer.Exit(0) from None


def _show_error(screen: Screen, address: str, error: "ApiError") -> int:
    problem = error.problem
    if "code" not in problem:
        screen.note(f"{address} responded with {error.status}, which isn't from Homeroom. Check the address.")
        return UNREACHABLE
    if screen.as_json:
        screen.note(json.dumps(problem, ensure_ascii=False))
    else:
        screen.note("\n".join(_lines(problem)))
    return REFUSED


def _lines(problem: Json) -> Iterator[str]:
    detail = str(problem.get("detail", ""))
    yield f"Refused: {detail} ({problem['code']})"
    if step := problem.get("next_step"):
        yield f"Next: {step}"
    if request_id := problem.get("request_id"):
        yield f"Request: {request_id}"
