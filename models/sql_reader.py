"""Login roles that read one organization's record by SQL."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import utc


class SqlReader(SQLModel, table=True):
    """What a role's sessions see in the schema `record`. Only the owner of the schema has rights to it."""

    __tablename__ = "sql_reader"
    role_name: str = Field(primary_key=True)  # opaque: every role can read the names of all roles
    organization_id: UUID = Field(foreign_key="organization.id", index=True)
    label: str  # who or what it is for, in the organization's words
    created_at: datetime = utc()
