"""`homeroom organization` and `homeroom policy`: the tenant and its rules."""

from typing import Annotated

import typer

from cli.remote.address import operator_token
from cli.remote.caller import AsJson, Caller, Url, calling, remote
from cli.remote.moments import read_duration

organization = typer.Typer(no_args_is_help=True, help="The organization. Operators can create new ones.")
policy = typer.Typer(no_args_is_help=True, help="The organization's class rules.")
_LISTS = ("reminders_before", "languages")
_WORDS = ("languages",)
_NUMBERS = ("segment_seconds",)


@organization.command()
def add(
    name: Annotated[str, typer.Option(help="The organization's name.")],
    time_zone: Annotated[str, typer.Option(help="An IANA time zone.")] = "UTC",
    language: Annotated[str, typer.Option(help="Such as en or es.")] = "en",
    token: Annotated[
        str,
        typer.Option(
            "--operator-token",
            envvar="HOMEROOM_ADMIN_TOKEN",
            help="The operator's token. Defaults to that of the stack on this machine.",
            show_default=False,
        ),
    ] = "",
    api_url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Create an organization with an admin key. For operators."""
    connection = {"api_url": api_url, "as_json": as_json, "api_key": token, "zone": ""}
    with calling(token=operator_token, **connection) as caller:  # type: ignore[arg-type]
        body = {"name": name, "time_zone": time_zone, "language": language}
        made = caller.api.post("/v1/organizations", body)
        caller.screen.note(f"Created organization {made['id']}. Its admin key is shown only once.")
        caller.screen.done(made["api_key"], made)


@organization.command("show")
@remote
def show_organization(caller: Caller) -> None:
    """Show the organization."""
    caller.screen.record(caller.api.get("/v1/organization"))


@organization.command()
@remote
def edit(
    caller: Caller,
    name: Annotated[str, typer.Option()] = "",
    time_zone: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option()] = "",
) -> None:
    """Change the given fields."""
    told = {"name": name, "time_zone": time_zone, "language": language}
    _, etag = caller.api.read("/v1/organization")
    changed = caller.api.patch("/v1/organization", {k: v for k, v in told.items() if v}, etag)
    caller.screen.done("Changed.", changed)


@policy.command("show")
@remote
def show_policy(caller: Caller) -> None:
    """Show all rules."""
    caller.screen.record(caller.api.get("/v1/policy"))


@policy.command("set")
@remote
def set_policy(
    caller: Caller,
    rules: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE=VALUE…",
            help="Names as in `homeroom policy show`: room_before=15m reminders_before=24h,1h languages=en,es",
        ),
    ],
) -> None:
    """Change rules for classes booked from now on."""
    caller.screen.record(caller.api.patch("/v1/policy", dict(_rule(told) for told in rules)))


def _rule(told: str) -> tuple[str, object]:
    name, found, value = told.partition("=")
    if not found:
        raise typer.BadParameter(f"{told!r} isn't a rule. Use a form such as room_before=15m.")
    name = name.replace("-", "_")
    parts = [part.strip() for part in value.split(",") if part.strip()]
    read: list[object] = [part if name in _WORDS else read_duration(part) for part in parts]
    return name, read if name in _LISTS else value if name in _NUMBERS else read_duration(value)
