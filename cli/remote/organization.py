"""`homeroom organization` and `homeroom policy`: the organization and its class rules."""

from pathlib import Path
from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.address import operator_token
from cli.remote.caller import AsJson, Caller, Url, calling, remote
from cli.remote.json_files import read_json
from cli.remote.moments import read_duration, write_duration
from domain.people.languages import TEXT_LANGUAGES

organization = typer.Typer(no_args_is_help=True, help="The organization. Operators can create new ones.")
policy = typer.Typer(no_args_is_help=True, help="The organization's class rules.")
_LANGUAGE_HELP = f"Of mails and pages: {', '.join(TEXT_LANGUAGES)}; others get English."
_LIST_RULES = ("reminders_before", "languages")
_TEXT_RULES = ("languages",)
_OPTIONAL_RULES = ("empty_room_ends_after",)
_PLAIN_RULES = ("segment_seconds", "student_names", "captions")  # as the API takes them

NEXT_STEPS = """
Next:
  export HOMEROOM_API_KEY=…    the key above, for the other commands
  homeroom desk {id}    sign in to the console
  homeroom members add --role admin --name … --email …    staff who sign in by themselves
  homeroom instructors add, courses add, students add    whom you teach and what, or import their lists
  homeroom sessions book --course … --instructor … --starts "tomorrow 14:05"    the first class"""


OperatorToken = Annotated[
    str,
    typer.Option(
        "--operator-token",
        envvar="HOMEROOM_ADMIN_TOKEN",
        help="The operator's token. Defaults to that of the stack on this machine.",
        show_default=False,
    ),
]


@organization.command()
def add(
    name: Annotated[str, typer.Option(help="The organization's name.")],
    time_zone: Annotated[str, typer.Option(help="An IANA time zone.")] = "UTC",
    language: Annotated[str, typer.Option(help=_LANGUAGE_HELP)] = "en",
    token: OperatorToken = "",
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
        if not as_json:
            caller.screen.note(NEXT_STEPS.format(id=made["id"]))


@organization.command("vouch")
def vouch(
    organization_id: Annotated[str, typer.Argument(metavar="ID", help="The organization's id.")],
    domain: Annotated[str, typer.Argument(help="An email domain, such as school.example.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="End the organization's proof.")] = False,
    token: OperatorToken = "",
    api_url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Vouch that an email domain is an organization's own, and may lead to its provider. For operators."""
    connection = {"api_url": api_url, "as_json": as_json, "api_key": token, "zone": ""}
    with calling(token=operator_token, **connection) as caller:  # type: ignore[arg-type]
        path = f"/v1/organizations/{organization_id}/domains/{domain}"
        if withdraw:
            caller.api.delete(path)
        else:
            caller.api.put(path)
        done = "withdrawn" if withdraw else "proven"
        caller.screen.done(f"{domain} is {done}.", {"id": organization_id, "domain": domain, "done": done})


@organization.command("show")
@remote
def show_organization(caller: Caller) -> None:
    """Show the organization."""
    caller.screen.record(caller.api.get("/v1/organization"))


@organization.command()
@remote
def edit(
    caller: Caller,
    name: Annotated[str, typer.Option(help="The new name.")] = "",
    time_zone: Annotated[str, typer.Option(help="An IANA time zone.")] = "",
    language: Annotated[str, typer.Option(help=_LANGUAGE_HELP)] = "",
    contact_email: Annotated[str, typer.Option(help="Where answers to mails go.")] = "",
) -> None:
    """Change the given fields."""
    fields = {"name": name, "time_zone": time_zone, "language": language, "contact_email": contact_email}
    _, etag = caller.api.read("/v1/organization")
    changed = caller.api.patch("/v1/organization", {k: v for k, v in fields.items() if v}, etag)
    caller.screen.done("Changed.", changed)


@policy.command("show")
@remote
def show_policy(caller: Caller) -> None:
    """Show all rules."""
    _show(caller, caller.api.get("/v1/policy"))


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
    _show(caller, caller.api.patch("/v1/policy", dict(_rule(assignment) for assignment in rules)))


@policy.command()
@remote
def substitutions(
    caller: Caller,
    replace: Annotated[
        Path | None,
        typer.Option(
            "--set", metavar="FILE", help="A JSON file with weights, paces, late, as they are shown."
        ),
    ] = None,
) -> None:
    """Show the rules for finding substitutes, or set them as a whole from a file."""
    path = "/v1/substitution-policy"
    if replace is None:
        caller.screen.record(caller.api.get(path))
        return
    wanted = read_json(replace)
    caller.screen.done("Set. Searches that begin from now on follow it.", caller.api.put(path, wanted))


@policy.command("self-service")
@remote
def self_service(
    caller: Caller,
    replace: Annotated[
        Path | None,
        typer.Option("--set", metavar="FILE", help="A JSON file with the rules, as they are shown."),
    ] = None,
) -> None:
    """Show what families and instructors may change themselves, or set it as a whole from a file."""
    path = "/v1/self-service-policy"
    if replace is None:
        caller.screen.record(caller.api.get(path))
        return
    caller.screen.done("Set.", caller.api.put(path, read_json(replace)))


def _show(caller: Caller, rules: Json) -> None:
    """Print the rules, for people with durations as `policy set` takes them."""
    caller.screen.record(rules if caller.screen.as_json else {k: _as_typed(v) for k, v in rules.items()})


def _as_typed(value: object) -> object:
    if isinstance(value, list):
        return ",".join(str(_as_typed(item)) for item in value)
    return write_duration(value) if isinstance(value, str) else value


def _rule(assignment: str) -> tuple[str, object]:
    """Name and value of `RULE=VALUE`. Raises typer.BadParameter."""
    name, equals, value = assignment.partition("=")
    if not equals:
        raise typer.BadParameter(f"{assignment!r} isn't a rule. Use a form such as room_before=15m.")
    name = name.replace("-", "_")
    if name in _OPTIONAL_RULES and value.strip().lower() == "none":
        return name, None
    parts = [part.strip() for part in value.split(",") if part.strip()]
    items: list[object] = [part if name in _TEXT_RULES else read_duration(part) for part in parts]
    return name, items if name in _LIST_RULES else value if name in _PLAIN_RULES else read_duration(value)
