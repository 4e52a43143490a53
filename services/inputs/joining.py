"""The connection measurements that a browser in a class sends."""

from typing import Annotated, Literal

from pydantic import Field

from services.inputs.fields import Moment, Schema

# RTCP counts can be slightly below zero.
Measure = Annotated[float, Field(ge=-1e6, le=1e9, allow_inf_nan=False)]


class Sample(Schema):
    """One measurement of the browser. Unknown values are left out."""

    at: Moment
    connection_quality: Literal["excellent", "good", "poor", "lost", "unknown"] | None = None
    audio_only: bool | None = None
    packets_lost: Measure | None = None
    jitter_ms: Measure | None = None
    rtt_ms: Measure | None = None
    audio_concealed_ratio: float | None = Field(None, ge=0, le=1)
    bitrate_up_kbps: Measure | None = None
    bitrate_down_kbps: Measure | None = None
    event: Literal["audio_only_on", "audio_only_off"] | None = None
