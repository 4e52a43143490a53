"""All settings, read from HOMEROOM_* environment variables or from the file that HOMEROOM_ENV_FILE names."""

import os
from functools import lru_cache
from typing import Literal

from pydantic import Field, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of a process. Each part of the stack is a URL, so that any of them can be an outside server."""

    model_config = SettingsConfigDict(env_prefix="HOMEROOM_", frozen=True, extra="ignore")

    region: str = Field(
        "local",
        description="The region of this deployment: where its data is, and the prefix of its task queues.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="Where browsers reach the API; base of every link."
    )
    admin_token: SecretStr = Field(description="The operator's bearer token, which can create organizations.")
    link_secrets: list[SecretStr] = Field(
        min_length=1, description="Keys for signed links, as a JSON list. The first signs, all verify."
    )

    database_url: SecretStr = Field(
        description="postgresql://… as the application role (row-level security applies)."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="postgresql://… as the owner, for migrations."
    )
    database_pool_size: int = Field(10, ge=1)

    allow_private_addresses: bool = Field(
        False,
        description="Let identity providers be in private networks and without TLS. For one machine, or a network "
        "where every organization is trusted.",
    )

    dns_servers: list[str] = Field(
        default_factory=list,
        description="Servers that are asked for the records which prove mail domains, as `address` or "
        "`address:port` in a JSON list. Defaults to those of the machine.",
    )

    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "homeroom"
    temporal_ui_url: str = "http://127.0.0.1:8233"

    livekit_url: str = Field(
        "http://127.0.0.1:7880", description="Where Homeroom reaches the LiveKit server."
    )
    livekit_public_url: str = Field("ws://127.0.0.1:7880", description="Where browsers reach it.")
    livekit_api_key: str = "homeroom"
    livekit_api_secret: SecretStr = SecretStr("")
    livekit_webhook_secrets: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Further API key/secret pairs whose webhooks are accepted, for rotation.",
    )

    object_store_url: str = Field(description="file:///…, s3://bucket/prefix, gs://…, az://…")
    object_store_options: dict[str, str] = Field(default_factory=dict, description="For S3: aws_endpoint, …")

    spool_dir: str = Field(
        "/tmp/homeroom-spool", description="Local folder for audio that is not in the object store yet."
    )

    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:1025"), description="smtp[s]://[user:password@]host:port"
    )
    mail_from: str = "Homeroom <classes@homeroom.example>"
    mailbox_url: str | None = Field(None, description="URL of the local mail sink's page, if there is one.")

    speech_engine: Literal["faster-whisper", "whisperx"] = "faster-whisper"
    speech_model: str = Field(
        "base", description="A folder, `package:NAME`, or the name of a model on the hub."
    )
    speech_compute_type: str = "int8"
    speech_threads: int = Field(0, ge=0, description="CPU threads of the speech engine; 0 lets it choose.")

    drafting_url: str | None = Field(
        None, description="An OpenAI-compatible endpoint. Without one, drafts are extractive."
    )
    drafting_model: str | None = None
    drafting_api_key: SecretStr | None = None

    stream_keep_alive: float = Field(
        15.0,
        gt=0,
        description="Seconds of silence after which an open stream sends a comment, so that proxies keep it. "
        "Within this time a stream also ends whose reader has lost access.",
    )
    rate_limit: str = Field(
        "3000/minute", description="Maximum requests of one API key or signed-in person, as `count/period`."
    )
    open_rate_limit: str = Field(
        "12000/minute",
        description="Maximum requests without a valid key or sign-in from one network "
        "(an IPv4 address, the /64 of an IPv6 address).",
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        default_factory=list,
        description="Networks of the proxies before the API, as a JSON list. Only they may name a client's address.",
    )
    rate_limit_storage: str = Field(
        "async+memory://",
        description="Where requests are counted. Use async+redis://… for several API processes.",
    )

    client_header_seconds: float = Field(
        30, gt=0, description="Seconds for the headers of a request; then the connection ends."
    )
    client_idle_seconds: float = Field(
        60,
        gt=0,
        description="Seconds for which a client may pause in a body or a response; then the connection ends.",
    )
    client_min_rate: float = Field(
        100,
        gt=0,
        description="Bytes per second of a body or a response, below which its connection ends in time.",
    )
    exports_per_organization: int = Field(
        4, ge=1, description="Downloads of exports that one organization may have open; further ones wait."
    )

    log_level: str = "INFO"
    log_json: bool = True

    @property
    def over_tls(self) -> bool:
        """Whether browsers reach this deployment over TLS. Only a deployment for one machine goes without."""
        return self.public_url.startswith("https:")


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """The settings of this process. Raises pydantic.ValidationError, which names each missing variable."""
    return Settings(_env_file=os.environ.get("HOMEROOM_ENV_FILE"))
