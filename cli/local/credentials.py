"""The generated secrets of a local stack, stored in a file that only its owner can read."""

import secrets

from pydantic import BaseModel, Field

from cli.local.home import Home, write_private


def _secret() -> str:
    return secrets.token_urlsafe(32)


class Credentials(BaseModel):
    admin_token: str = Field(default_factory=_secret)
    link_secret: str = Field(default_factory=_secret)
    livekit_api_secret: str = Field(default_factory=_secret)
    # Passwords of the two database roles.
    database_owner: str = Field(default_factory=_secret)
    database_application: str = Field(default_factory=_secret)


def load_credentials(home: Home) -> Credentials:
    """The stack's secrets; missing ones are generated and saved."""
    path = home.secrets_file
    credentials = Credentials.model_validate_json(path.read_bytes()) if path.exists() else Credentials()
    write_private(path, credentials.model_dump_json(indent=2) + "\n")
    return credentials
