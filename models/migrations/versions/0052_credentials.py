"""credentials: what instructors hold and courses require, when students can and instructors like to have classes

Revision ID: 0052
Revises: 0051
"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"
LISTS = {
    "instructor": ("teaching_languages", "regions", "consents", "certificates", "background_checks"),
    "course": ("required_certificates", "required_consents"),
    "student": ("class_hours",),
    "instructor_availability": ("preferred",),
}
TEXTS = {"course": ("teaching_language", "required_region")}


def upgrade() -> None:
    for table, names in LISTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, JSONB(), server_default="[]", nullable=False))
    for table, names in TEXTS.items():
        for name in names:
            column = sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)
            op.add_column(table, column)
            op.alter_column(table, name, server_default=None)
    op.add_column(
        "course",
        sa.Column("requires_background_check", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.alter_column("course", "requires_background_check", server_default=None)
    op.add_column("instructor_availability", sa.Column("target_hours_per_week", sa.Float(), nullable=True))
    _recreate_views("0052.sql")


def downgrade() -> None:
    op.execute("drop schema if exists record cascade")  # its views read the columns
    op.drop_column("instructor_availability", "target_hours_per_week")
    op.drop_column("course", "requires_background_check")
    for columns in (TEXTS, LISTS):
        for table, names in columns.items():
            for name in names:
                op.drop_column(table, name)
    _recreate_views("0036.sql")


def _recreate_views(script: str) -> None:
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
