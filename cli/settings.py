"""Loads the settings for a command, or exits with a message that names what is missing."""

import typer
from pydantic import ValidationError

from config.settings import Settings, load_settings


def settings_or_exit() -> Settings:
    """The settings of this process. Exits with 1 if any is missing or invalid."""
    try:
        return load_settings()
    except ValidationError as error:
        names = ", ".join(f"HOMEROOM_{'_'.join(map(str, item['loc'])).upper()}" for item in error.errors())
        typer.echo(f"Missing or invalid: {names}.", err=True)
        typer.echo("Run `homeroom up` first, or set them to use your own servers.", err=True)
        raise typer.Exit(1) from None
