"""What a recorder process is told: its orders on the first line of stdin, commands on the lines after it."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class RecorderConfig(BaseModel):
    """What to record and where to. `blind_since`: the class has gone unheard since then, and `blind_reason` says why;
    the recorder puts the span on record once it hears. Without it, it goes by who was there before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organization_id: UUID
    session_id: UUID
    livekit_url: str
    store_url: str = Field(description="file:///…, s3://bucket/prefix, gs://…, az://…")
    store_options: dict[str, str] = Field(default_factory=dict, repr=False)
    spool_dir: Path = Field(description="Local folder for segments that are not in the store yet.")
    segment_seconds: float = Field(30, gt=0, le=120)
    clearness_seconds: float = Field(30, gt=0, description="How often the clearness of each track is told.")
    blind_since: AwareDatetime | None = None
    blind_reason: str = "late"


class Orders(BaseModel):
    """The first line on stdin. The process never holds the API secret: it asks its parent for tokens."""

    config: RecorderConfig
    recorder_id: str
    parent_pid: int
    log_level: str = "WARNING"


class Command(BaseModel):
    """A further line on stdin. End of file means that the parent is gone."""

    token: str | None = Field(None, repr=False)
    stop: bool = False


def resumed(config: RecorderConfig, since: datetime, reason: str) -> RecorderConfig:
    """The configuration for a recorder that takes over from one that has heard all until `since`."""
    return config.model_copy(update={"blind_since": since, "blind_reason": reason})
