"""`homeroom keys`: lists, creates, rotates and revokes API keys."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, Yes, remote
from cli.remote.ids import resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from cli.remote.moments import optional_moment, read_duration

app = typer.Typer(no_args_is_help=True, help="API keys: create, rotate, revoke.")
PATH = "/v1/keys"
COLUMNS = ("name", "prefix", "role", "scopes", "last_used_at", "expires_at", "revoked_at", "id")
_SHOWN_ONCE = "It is shown only once."
Id = Annotated[str, typer.Argument(metavar="KEY", help="Its name, its prefix, its id, or the start of it.")]


@app.command("list")
@remote
def list_(caller: Caller, limit: Limit = DEFAULT_LIMIT, every: All = False) -> None:
    """List keys, latest first, including revoked and expired ones."""
    show_list(caller, PATH, COLUMNS, limit=limit, every=every)


@app.command()
@remote
def add(
    caller: Caller,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    role: Annotated[str, typer.Option(help="admin, ops or integrator")] = "integrator",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="Such as people:read. Repeatable. Defaults to all scopes of the role."),
    ] = None,
    expires: Annotated[str, typer.Option(help="When it expires. Defaults to never.")] = "",
) -> None:
    """Create a key."""
    new_key = {"name": name, "role": role, "scopes": scope or []}
    expires_at = optional_moment(expires, caller.screen.zone)
    made = caller.api.post(PATH, new_key | ({"expires_at": expires_at} if expires_at else {}))
    caller.screen.note(_SHOWN_ONCE)
    caller.screen.done(made["api_key"], made)


@app.command()
@remote
def rotate(
    caller: Caller,
    key: Id,
    overlap: Annotated[str, typer.Option(help="How long the old key keeps working: 30m, 24h, 7d.")] = "24h",
) -> None:
    """Replace a key. The old one keeps working for a while."""
    made = caller.api.post(f"{_path_of(caller, key)}/rotate", {"overlap": read_duration(overlap)})
    caller.screen.note(_SHOWN_ONCE)
    caller.screen.done(made["api_key"], made)


@app.command()
@remote
def revoke(caller: Caller, key: Id, yes: Yes = False) -> None:
    """Revoke a key. It stops working right away."""
    path = _path_of(caller, key)
    caller.confirm(f"Revoke key {key}? Everything that uses it stops working.", yes)
    caller.api.delete(path)
    caller.screen.done("Revoked.", {"id": path.rpartition("/")[2], "done": "revoked"})


def _path_of(caller: Caller, key: str) -> str:
    """The path of the key with this prefix or id."""
    by_prefix = list(caller.api.pages(PATH, prefix=key))
    return f"{PATH}/{by_prefix[0]['id'] if len(by_prefix) == 1 else resolve_id(caller.api, PATH, key)}"
