"""The secrets of one local stack: made once, readable by their owner only."""

import secrets

from pydantic import BaseModel, Field

from cli.local.home import Home, write_private


def _secret() -> str:
    return secrets.token_urlsafe(32)


class Credentials(BaseModel):
    admin_token: str = Field(default_factory=_secret)
    link_secret: str = Field(default_factory=_secret)
    livekit_api_secret: str = Field(default_factory=_secret)
    database_owner: str = Field(default_factory=_secret)
    database_application: str = Field(default_factory=_secret)


def load_credentials(home: Home) -> Credentials:
    """Those of the home; a field that an older file lacks is made and kept."""
    path = home.secrets_file
    known = Credentials.model_validate_json(path.read_bytes()) if path.exists() else Credentials()
    write_private(path, known.model_dump_json(indent=2) + "\n")
    return known
