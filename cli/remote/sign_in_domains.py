"""The email domains that lead to an organization's identity providers, among the commands of these."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, remote

_COLUMNS = ("domain", "proof", "record_name", "record_value")


def add_domains(app: typer.Typer) -> None:
    @app.command()
    @remote
    def domains(caller: Caller) -> None:
        """List email domains, their proofs, and the TXT records that prove them."""
        caller.screen.rows(caller.api.get("/v1/sign-in-domains"), *_COLUMNS)

    @app.command()
    @remote
    def prove(
        caller: Caller,
        domain: Annotated[str, typer.Argument(help="An email domain, such as school.example.")],
    ) -> None:
        """Look for the TXT record of a domain, whose people then sign in with the provider."""
        proven = caller.api.post(f"/v1/sign-in-domains/{domain}/prove")
        caller.screen.done(f"{domain} is proven.", proven)
