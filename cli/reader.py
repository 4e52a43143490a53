"""`homeroom reader`: manages PostgreSQL logins that read one organization's record."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import typer

from cli.settings import settings_or_exit
from domain.errors import HomeroomError

reader = typer.Typer(no_args_is_help=True, help="SQL logins that read one organization's record.")


@reader.command()
def add(
    organization: Annotated[UUID, typer.Argument(help="The organization to read.")],
    label: Annotated[str, typer.Option(help="Who or what the login is for.")] = "",
    connections: Annotated[int, typer.Option(min=1, help="Maximum number of concurrent connections.")] = 5,
    statement_seconds: Annotated[
        int,
        typer.Option(min=1, help="After how long a statement is ended."),
    ] = 300,
) -> None:
    """Create a reader. Its password is printed once."""
    from models.repositories import readers

    owner_url = _owner_url()
    new = readers.Reader(f"reader_{secrets.token_hex(6)}", organization, label, datetime.now(UTC))
    password = secrets.token_urlsafe(24)
    with _explained():
        readers.add(owner_url, new, password, readers.Limits(connections, statement_seconds))
    typer.echo(
        f"Created reader {new.role_name} for organization {organization}. Its tables are in the schema `record`."
    )
    typer.echo(reader_url(owner_url, new.role_name, password))
    typer.echo("The password isn't stored anywhere. Host and port may differ from where the reader connects.")


@reader.command(name="list")
def list_() -> None:
    """List readers: role, organization, creation date, label."""
    from models.repositories import readers

    with _explained():
        existing = readers.every(_owner_url())
    for item in existing:
        typer.echo(
            f"{item.role_name}  {item.organization_id}  {item.created_at:%Y-%m-%d}  {item.label}".rstrip()
        )
    if not existing:
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
    """The database URL of the owner with the reader's login."""
    parts = urlsplit(owner_url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password)}@{host}"))


def _owner_url() -> str:
    url = settings_or_exit().owner_database_url
    if url is None:
        _give_up("Set HOMEROOM_OWNER_DATABASE_URL. Readers are created as the schema owner.")
    return url.get_secret_value()


@contextmanager
def _explained() -> Iterator[None]:
    """Print a HomeroomError and exit with 1."""
    try:
        yield
    except HomeroomError as error:
        _give_up(f"{error.detail[0].upper()}{error.detail[1:]}. {error.next_step}")


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1) from None
