"""Messages to a recorder process: the start message on the first line of stdin, commands on later lines."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class RecorderConfig(BaseModel):
    """The session to record and where to store it.

    `blind_since` is the time since which nothing has been recorded, `blind_reason` the cause; the recorder reports
    the gap once it records again. Without it, the recorder takes the time of the earliest participant in the room.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    organization_id: UUID
    session_id: UUID
    livekit_url: str
    store_url: str = Field(description="file:///…, s3://bucket/prefix, gs://…, az://…")
    store_options: dict[str, str] = Field(default_factory=dict, repr=False)
    spool_dir: Path = Field(description="Local folder for segments that are not in the store yet.")
    segment_seconds: float = Field(30, gt=0, le=120)
    clearness_seconds: float = Field(
        30, gt=0, description="How often the concealed audio of each track is reported, in seconds."
    )
    blind_since: AwareDatetime | None = None
    blind_reason: str = "late"
    restart_when_deaf: bool = Field(
        True, description="Whether the process may end for another one to hear a track that it does not hear."
    )


class StartMessage(BaseModel):
    """The first line on stdin. It carries no API secret: the process asks its parent for tokens."""

    config: RecorderConfig
    recorder_id: str
    parent_pid: int
    log_level: str = "WARNING"


class Command(BaseModel):
    """A further line on stdin. End of file means that the parent is gone."""

    token: str | None = Field(None, repr=False)
    stop: bool = False


def resumed_config(config: RecorderConfig, since: datetime, reason: str) -> RecorderConfig:
    """The configuration of a recorder that takes over from one that has recorded everything until `since`."""
    return config.model_copy(update={"blind_since": since, "blind_reason": reason})
