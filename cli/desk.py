"""`homeroom desk`: a signed link to the pages of an organization."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, NoReturn
from uuid import UUID

import typer

from cli.given_settings import settings_or_exit
from config.settings import Settings
from signing.links import DeskLink
from wiring.signing import link_signer

LASTS = timedelta(hours=12)


def desk(
    organization: Annotated[
        UUID | None,
        typer.Argument(
            help="The organization's id. Defaults to the newest ten, if the owner's database URL is set."
        ),
    ] = None,
) -> None:
    """Print a sign-in link to the console, valid for twelve hours. Anyone with it has access."""
    settings = settings_or_exit()
    if organization is not None:
        typer.echo(desk_url(settings, organization))
        return
    if settings.owner_database_url is None:
        _give_up("Pass the organization's id: `homeroom desk ID`. POST /v1/organizations returned it.")
    known = _newest(settings.owner_database_url.get_secret_value())
    if not known:
        _give_up("There are no organizations yet. `homeroom demo` or POST /v1/organizations creates one.")
    for key, name in known:
        typer.echo(f"{name} ({key})\n  {desk_url(settings, key)}")


def desk_url(settings: Settings, organization: UUID, path: str = "/today") -> str:
    return link_signer(settings).desk_url(DeskLink(organization), datetime.now(UTC) + LASTS, path)


def _newest(owner_url: str) -> list[tuple[UUID, str]]:
    import psycopg  # imported here: no other verb pays for it

    query = "select id, name from organization order by created_at desc limit 10"
    try:
        with psycopg.connect(owner_url) as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]
    except psycopg.OperationalError:
        _give_up("The database isn't responding. Check `homeroom status`; `homeroom up` starts the stack.")


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1) from None
