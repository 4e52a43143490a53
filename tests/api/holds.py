"""Holds of a school that expire before their time."""

from datetime import UTC, datetime, timedelta

import psycopg

from tests.campus import Json, School


def expire(harbour: School, hold: Json) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        for table, column in (("time_hold", "id"), ("booked_time", "hold_id")):
            connection.execute(f"update {table} set expires_at = %s where {column} = %s", [past, hold["id"]])
