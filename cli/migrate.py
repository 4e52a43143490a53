"""`homeroom migrate`: migrates the database schema and sets up the Temporal namespace."""

import asyncio
from typing import Annotated

import typer


def migrate(
    database: Annotated[bool, typer.Option(help="Migrate the schema, as the database owner.")] = True,
    temporal: Annotated[bool, typer.Option(help="Set up the namespace and its search attributes.")] = True,
) -> None:
    """Bring the database and Temporal up to date. Safe to repeat."""
    # Imported here: they slow down the start of other commands by a second.
    from cli.settings import settings_or_exit

    settings = settings_or_exit()
    if database:
        from models.migrate import upgrade

        if settings.owner_database_url is None:
            typer.echo("Set HOMEROOM_OWNER_DATABASE_URL. Migrations run as the schema owner.", err=True)
            raise typer.Exit(1)
        upgrade(settings.owner_database_url.get_secret_value())
        typer.echo("The database schema is up to date.")
    if temporal:
        created = asyncio.run(_ensure_namespace(settings.temporal_address, settings.temporal_namespace))
        typer.echo(
            f"Temporal namespace {settings.temporal_namespace}: {', '.join(created) or 'nothing to do'}."
        )


async def _ensure_namespace(address: str, namespace: str) -> list[str]:
    from temporalio.client import Client

    from cli.namespace import ensure_namespace

    return await ensure_namespace(await Client.connect(address, namespace=namespace))
