"""`homeroom reader`: login roles that read the record of one organization by SQL."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import typer

from cli.given_settings import settings_or_exit
from domain.errors import HomeroomError

reader = typer.Typer(no_args_is_help=True, help="SQL logins that read one organization's record.")


@reader.command()
def add(
    organization: Annotated[UUID, typer.Argument(help="The organization to read.")],
    label: Annotated[str, typer.Option(help="Who or what the login is for.")] = "",
    connections: Annotated[int, typer.Option(min=1, help="Maximum number of concurrent connections.")] = 5,
    statement_seconds: Annotated[
        int,
        typer.Option(min=1, help="Statement timeout, unless the session sets a longer one."),
    ] = 300,
) -> None:
    """Create a reader. Its password is printed once."""
    from models.repositories import readers

    owner_url = _owner_url()
    made = readers.Reader(f"reader_{secrets.token_hex(6)}", organization, label, datetime.now(UTC))
    password = secrets.token_urlsafe(24)
    with _explained():
        readers.add(owner_url, made, password, readers.Limits(connections, statement_seconds))
    typer.echo(
        f"Created reader {made.role_name} for organization {organization}. Its tables are in the schema `record`."
    )
    typer.echo(reader_url(owner_url, made.role_name, password))
    typer.echo("The password isn't stored anywhere. Host and port are those this machine uses.")


@reader.command(name="list")
def list_() -> None:
    """List readers: role, organization, creation date, label."""
    from models.repositories import readers

    with _explained():
        found = readers.every(_owner_url())
    for one in found:
        typer.echo(f"{one.role_name}  {one.organization_id}  {one.created_at:%Y-%m-%d}  {one.label}".rstrip())
    if not found:
        typer.echo("There are no readers. `homeroom reader add ORGANIZATION` creates one.", err=True)


@reader.command()
def remove(
    role: Annotated[str, typer.Argument(help="The role, as `homeroom reader list` shows it.")],
) -> None:
    """Remove a reader and end its sessions."""
    from models.repositories import readers

    with _explained():
        readers.remove(_owner_url(), role)
    typer.echo(f"Removed reader {role}.")


def reader_url(owner_url: str, role: str, password: str) -> str:
    """The owner's URL with another login."""
    parts = urlsplit(owner_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password)}@{place}"))


def _owner_url() -> str:
    url = settings_or_exit().owner_database_url
    if url is None:
        _give_up("Set HOMEROOM_OWNER_DATABASE_URL. Readers are created as the schema owner.")
    return url.get_secret_value()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except HomeroomError as error:
        _give_up(f"{error.detail[0].upper()}{error.detail[1:]}. {error.next_step}")


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1) from None
