"""The API's address and credentials: from options, or from the stack on this machine."""

import typer

from cli.local.env_file import read_env_file
from cli.local.home import Home

KEY_MISSING = "Pass an API key with --api-key or HOMEROOM_API_KEY."
ADDRESS_MISSING = (
    "No stack is running on this machine. Pass the API's address with --api-url or HOMEROOM_API_URL."
)


def local_setting(name: str) -> str:
    """A setting of the stack on this machine; empty if there is none."""
    return read_env_file(Home.current()).get(name, "")


def address_of_api(option: str) -> str:
    """The address from the option, else that of the local stack. Raises typer.BadParameter."""
    address = option or local_setting("HOMEROOM_PUBLIC_URL")
    if not address:
        raise typer.BadParameter(ADDRESS_MISSING)
    if not address.startswith(("http://", "https://")):
        raise typer.BadParameter(f"{address} isn't a valid address. It must start with http:// or https://.")
    return address


def required_key(option: str) -> str:
    """The API key from the option. Raises typer.BadParameter."""
    if not option:
        raise typer.BadParameter(KEY_MISSING)
    return _as_header(option, "--api-key")


def operator_token(option: str) -> str:
    """The token from the option, else that of the local stack. Raises typer.BadParameter."""
    token = option or local_setting("HOMEROOM_ADMIN_TOKEN")
    if not token:
        raise typer.BadParameter("Pass the operator's token with --operator-token or HOMEROOM_ADMIN_TOKEN.")
    return _as_header(token, "--operator-token")


def _as_header(secret: str, option: str) -> str:
    """The secret without spaces around it. Raises BadParameter for one that a header cannot hold."""
    secret = secret.strip()
    if not (secret.isascii() and secret.isprintable()):
        raise typer.BadParameter(f"{option} has characters that no key has. Copy it again.")
    return secret
