"""`homeroom sample`: loads a school to look at, so that every page of the console has something to show."""

import asyncio
import time
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated

import typer

from config.settings import Settings


def sample(
    size: Annotated[
        float,
        typer.Option(min=0.01, max=1, help="Share of 100 instructors, 1,500 students, 3,000 classes a week."),
    ] = 1.0,
    weeks: Annotated[int, typer.Option(min=0, max=52, help="Past weeks with records.")] = 12,
    seed: Annotated[int, typer.Option(help="Another number makes another school.")] = 1,
) -> None:
    """Load a school to look at, with weeks of classes and records. Nobody gets a mail.

    Its past classes have attendance, documentation, messages and exceptions in all states; this week and the next are
    booked. It is a snapshot of the moment at which it is loaded: nothing works on its classes, which do not open and
    cannot be moved. Classes that are booked in it are real.
    """
    from cli.settings import settings_or_exit

    settings = settings_or_exit()
    if settings.owner_database_url is None:
        typer.echo("Set HOMEROOM_OWNER_DATABASE_URL. The sample is loaded as the schema owner.", err=True)
        raise typer.Exit(1)
    owner_url = settings.owner_database_url.get_secret_value()
    asyncio.run(_load(settings, owner_url, size, weeks, seed))


async def _load(settings: Settings, owner_url: str, size: float, weeks: int, seed: int) -> None:
    from cli.console_link import console_url
    from cli.sample_school.load import ClassesExist, load, sample_id
    from cli.sample_school.plan import Size
    from models.database import Database

    began = time.monotonic()
    async with aclosing(Database(settings.database_url.get_secret_value())) as database:
        try:
            counts = await load(
                database,
                owner_url,
                Size.scaled(size, weeks),
                seed,
                datetime.now(UTC),
                lambda text: typer.echo(f"  {text}"),
            )
        except ClassesExist as error:
            typer.echo(
                f"{error} `homeroom desk {sample_id(seed)}` opens it. --seed makes another school.", err=True
            )
            raise typer.Exit(1) from None
    seconds = time.monotonic() - began
    listed = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    typer.echo(f"Loaded Meridian Tutoring in {seconds:.0f} s: {listed}.")
    typer.echo(
        f"Open it:\n  {console_url(settings, sample_id(seed))}\nor `homeroom desk {sample_id(seed)}` later."
    )
