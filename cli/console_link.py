"""`homeroom desk`: prints a signed link that signs the operator in to an organization's console."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, NoReturn
from uuid import UUID

import typer
from uuid_utils.compat import uuid7

from cli.settings import settings_or_exit
from config.settings import Settings
from signing.links import ConsoleLink
from wiring.signing import link_signer

VALID_FOR = timedelta(hours=12)


def desk(
    organization: Annotated[
        UUID | None,
        typer.Argument(help="The organization's id. Defaults to the ten newest organizations."),
    ] = None,
) -> None:
    """Print a sign-in link to the console. It works once, within twelve hours, for anyone who has it."""
    settings = settings_or_exit()
    if organization is not None:
        typer.echo(console_url(settings, organization))
        return
    if settings.owner_database_url is None:
        _give_up("Pass the organization's id, as POST /v1/organizations returned it: `homeroom desk ID`.")
    organizations = _newest(settings.owner_database_url.get_secret_value())
    if not organizations:
        _give_up("There are no organizations yet. `homeroom demo` or POST /v1/organizations creates one.")
    for organization_id, name in organizations:
        typer.echo(f"{name} ({organization_id})\n  {console_url(settings, organization_id)}")


def console_url(settings: Settings, organization: UUID, path: str = "/today") -> str:
    """A URL that signs its holder in to the organization's console, once, and opens `path`."""
    now = datetime.now(UTC)
    return link_signer(settings).console_url(ConsoleLink(organization, uuid7(), now), now + VALID_FOR, path)


def _newest(owner_url: str) -> list[tuple[UUID, str]]:
    """Id and name of the ten newest organizations."""
    import psycopg  # imported here: it slows down the start of other commands

    query = "select id, name from organization order by created_at desc limit 10"
    try:
        with psycopg.connect(owner_url) as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]
    except psycopg.OperationalError:
        _give_up("The database isn't responding. Check `homeroom status`; `homeroom up` starts the stack.")


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1) from None
