"""The table of SQL readers: login roles that read one organization's record."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import utc


class SqlReader(SQLModel, table=True):
    """The organization that a login role reads in the schema `record`. Only the schema's owner can access the table."""

    __tablename__ = "sql_reader"
    role_name: str = Field(primary_key=True)  # opaque: every role can read the names of all roles
    organization_id: UUID = Field(foreign_key="organization.id", index=True)
    statement_seconds: int = Field(
        300, sa_column_kwargs={"server_default": "300"}
    )  # a statement is ended after it
    label: str  # who or what the login is for, free text
    created_at: datetime = utc()
