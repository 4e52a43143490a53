"""Reads how much of a track's audio was lost and concealed, from WebRTC's inbound statistics."""

import asyncio
from dataclasses import dataclass

from livekit import rtc

from domain.errors import Unavailable

_STATS_SECONDS = 3.0


@dataclass(frozen=True)
class AudioCounters:
    """WebRTC's audio counters of one track, in packets and in samples at 48 kHz."""

    packets: int = 0
    samples: int = 0
    concealed: int = 0  # samples synthesized because packets were missing, silence not counted
    silent: int = 0  # samples synthesized as silence, as for a muted or dead track


class TrackStatistics:
    """Reads a track's counters as differences between one call and the next."""

    def __init__(self) -> None:
        self._last = AudioCounters()

    async def since_last(self, track: rtc.Track) -> AudioCounters | None:
        """The increase since the last call, None before the first packet. Raises Unavailable."""
        try:
            current = _audio_counters(await asyncio.wait_for(track.get_stats(), _STATS_SECONDS))
        except Exception as error:  # the SDK raises no narrower one
            raise Unavailable(f"no statistics of the track: {type(error).__name__}") from error
        if current is None:
            return None
        last, self._last = self._last, current
        return AudioCounters(
            packets=current.packets - last.packets,
            samples=current.samples - last.samples,
            concealed=max(0, current.concealed - last.concealed),
            silent=max(0, current.silent - last.silent),
        )


def _audio_counters(stats: list[rtc.stats.RtcStats]) -> AudioCounters | None:
    for entry in stats:
        if entry.WhichOneof("stats") == "inbound_rtp":
            inbound, received = entry.inbound_rtp.inbound, entry.inbound_rtp.received
            return AudioCounters(
                packets=received.packets_received,
                samples=inbound.total_samples_received,
                concealed=inbound.concealed_samples - inbound.silent_concealed_samples,
                silent=inbound.silent_concealed_samples,
            )
    return None
