"""Where the API is, and with which key it is asked: as given, or the stack on this machine."""

import typer

from cli.local.environment import read_env_file
from cli.local.home import Home

KEY_MISSING = "Pass an API key with --api-key or HOMEROOM_API_KEY."
NOWHERE = "No stack is running on this machine. Pass the API's address with --api-url or HOMEROOM_API_URL."


def local_setting(name: str) -> str:
    """Of the stack on this machine; empty where there is none."""
    return read_env_file(Home.current()).get(name, "")


def address_of_api(told: str) -> str:
    found = told or local_setting("HOMEROOM_PUBLIC_URL")
    if not found:
        raise typer.BadParameter(NOWHERE)
    if not found.startswith(("http://", "https://")):
        raise typer.BadParameter(f"{found} isn't a valid address. It must start with http:// or https://.")
    return found


def key_of(told: str) -> str:
    if not told:
        raise typer.BadParameter(KEY_MISSING)
    return told


def operator_token(told: str) -> str:
    found = told or local_setting("HOMEROOM_ADMIN_TOKEN")
    if not found:
        raise typer.BadParameter("Pass the operator's token with --operator-token or HOMEROOM_ADMIN_TOKEN.")
    return found
