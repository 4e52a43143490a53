"""`homeroom notices`: lists and shows messages and their delivery."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, remote
from cli.remote.ids import resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list

app = typer.Typer(no_args_is_help=True, help="Messages to people and their delivery status.")
PATH = "/v1/notices"
COLUMNS = ("created_at", "state", "kind", "recipient_kind", "subject", "error", "id")


@app.command("list")
@remote
def list_(
    caller: Caller,
    state: Annotated[str, typer.Option(help="waiting, sent, failed or withdrawn")] = "",
    kind: Annotated[str, typer.Option(help="Such as reminder or summary.")] = "",
    session: Annotated[str, typer.Option(help="Only for this class.")] = "",
    search: Annotated[str, typer.Option(help="Search subjects and addresses.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List messages, latest first."""
    show_list(
        caller, PATH, COLUMNS, limit=limit, every=every,
        state=state,
        kind=kind,
        session_id=session and resolve_id(caller.api, "/v1/sessions", session),
        q=search,
    )  # fmt: skip


@app.command()
@remote
def show(
    caller: Caller,
    notice: Annotated[str, typer.Argument(help="Its id, or the start of it.")],
) -> None:
    """Show one message."""
    caller.screen.record(caller.api.get(f"{PATH}/{resolve_id(caller.api, PATH, notice)}"), "html")


@app.command("send-again")
@remote
def send_again(
    caller: Caller,
    notice: Annotated[str, typer.Argument(help="Its id, or the start of it.")],
    address: Annotated[str, typer.Option(help="The person's corrected email address.")] = "",
) -> None:
    """Send a message about a class again, as it reads now."""
    path = f"{PATH}/{resolve_id(caller.api, PATH, notice)}/send-again"
    again = caller.api.post(path, {"address": address} if address else {})
    caller.screen.done(f"Sent to {again['address']}.", again)
