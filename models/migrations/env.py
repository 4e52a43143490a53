"""Alembic environment: URL from the caller, lock time-outs, one upgrade at a time."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from models.base import UTCDateTime
from models.tables import metadata

_LOCK = 0x486F6D65726F6F6D  # the key of the advisory lock that upgrades share


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    engine = sa.create_engine(context.config.attributes["url"], poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("select pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.execute(sa.text("set lock_timeout = '10s'"))
        connection.commit()
        context.configure(
            connection=connection, target_metadata=metadata, render_item=render_item, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
