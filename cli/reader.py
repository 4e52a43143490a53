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

reader = typer.Typer(
    no_args_is_help=True, help="Login roles that read the record of one organization by SQL."
)


@reader.command()
def add(
    organization: Annotated[UUID, typer.Argument(help="Whose record it reads.")],
    label: Annotated[str, typer.Option(help="Who or what it is for.")] = "",
    connections: Annotated[int, typer.Option(min=1, help="How many sessions it may have at once.")] = 5,
    statement_seconds: Annotated[
        int,
        typer.Option(min=1, help="After this a statement is stopped, unless the session asks for longer."),
    ] = 300,
) -> None:
    """Make a reader. Its password is printed once."""
    from models.repositories import readers

    owner_url = _owner_url()
    made = readers.Reader(f"reader_{secrets.token_hex(6)}", organization, label, datetime.now(UTC))
    password = secrets.token_urlsafe(24)
    with _explained():
        readers.add(owner_url, made, password, readers.Limits(connections, statement_seconds))
    typer.echo(
        f"Reader {made.role_name} sees the record of organization {organization} in the schema `record`."
    )
    typer.echo(reader_url(owner_url, made.role_name, password))
    typer.echo(
        "The password is not kept anywhere. Host and port are those by which this machine reaches the server."
    )


@reader.command(name="list")
def list_() -> None:
    """All readers: role, organization, since when, what for."""
    from models.repositories import readers

    with _explained():
        found = readers.every(_owner_url())
    for one in found:
        typer.echo(f"{one.role_name}  {one.organization_id}  {one.created_at:%Y-%m-%d}  {one.label}".rstrip())
    if not found:
        typer.echo("There are no readers. `homeroom reader add ORGANIZATION` makes one.", err=True)


@reader.command()
def remove(role: Annotated[str, typer.Argument(help="As `homeroom reader list` shows it.")]) -> None:
    """Remove a reader and end its sessions."""
    from models.repositories import readers

    with _explained():
        readers.remove(_owner_url(), role)
    typer.echo(f"Reader {role} is gone.")


def reader_url(owner_url: str, role: str, password: str) -> str:
    """The owner's URL with another login."""
    parts = urlsplit(owner_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password)}@{place}"))


def _owner_url() -> str:
    url = settings_or_exit().owner_database_url
    if url is None:
        _give_up("Set HOMEROOM_OWNER_DATABASE_URL: readers are made by the owner of the schema.")
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
