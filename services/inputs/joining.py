"""What a browser in a class sends: chat messages and connection measurements."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.presence.chat import MAX_CHARACTERS, MAX_MESSAGE_ID
from services.inputs import patterns
from services.inputs.fields import Moment, Schema, Text

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


MessageId = Annotated[str, StringConstraints(pattern=patterns.MESSAGE_ID, max_length=MAX_MESSAGE_ID)]


class NewMessage(Schema):
    message_id: MessageId = Field(description="The id of the LiveKit text stream that carries the message.")
    text: Annotated[Text, Field(min_length=1, max_length=MAX_CHARACTERS)]
