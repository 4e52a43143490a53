"""What the command groups of members and instructors have besides: the invitation, and the account of the sign-in."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, Yes, remote
from cli.remote.ids import ID_HELP, resolve_id

Person = Annotated[str, typer.Argument(metavar="PERSON", help=ID_HELP)]


def add_invite(app: typer.Typer, path: str) -> None:
    @app.command()
    @remote
    def invite(caller: Caller, person: Person) -> None:
        """Send the invitation to sign in again."""
        person_id = resolve_id(caller.api, path, person)
        sent = caller.api.post(f"{path}/{person_id}/invite")
        caller.screen.done("Invited. See `homeroom notices list`.", sent | {"id": person_id})


def add_release_account(app: typer.Typer, path: str) -> None:
    @app.command("release-account")
    @remote
    def release_account(caller: Caller, person: Person, yes: Yes = False) -> None:
        """Release a person from their account at the identity provider, and sign them out.

        Whoever signs in next with their address is bound to them.
        """
        person_id = resolve_id(caller.api, path, person)
        bound = caller.api.get("/v1/sign-in-bindings", person_id=person_id)
        if not bound:
            caller.screen.done("Bound to no account.", {"id": person_id, "done": "unchanged"})
            return
        issuers = [binding["issuer"] for binding in bound]
        caller.confirm(f"Release {person} from their account at {', '.join(issuers)}?", yes)
        for binding in bound:
            caller.api.delete(f"/v1/sign-in-bindings/{binding['id']}")
        caller.screen.done("Released.", {"id": person_id, "done": "released", "issuers": issuers})
