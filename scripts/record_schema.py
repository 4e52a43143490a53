"""Generates the SQL of the schema `record` from models/record_views, for the migration of the given number.

    python -m scripts.record_schema 0012

The views change only in migrations, each of which runs its own file, which never changes afterwards.
"""

import sys
from pathlib import Path

from models.record_views.schema import schema_sql

FOLDER = Path(__file__).resolve().parents[1] / "models" / "migrations" / "record"

if __name__ == "__main__":
    (FOLDER / f"{sys.argv[1]}.sql").write_text(schema_sql())
