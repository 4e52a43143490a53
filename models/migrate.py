"""Runs the migrations of a database."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from models.database import sqlalchemy_url


def alembic_config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = sqlalchemy_url(owner_url)
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run the migrations as the owner of the schema; concurrent callers wait for each other."""
    command.upgrade(alembic_config(owner_url), revision)
