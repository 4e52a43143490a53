"""Reads how much of a track's audio was lost and concealed, from WebRTC's inbound statistics."""

import asyncio
from dataclasses import dataclass

from livekit import rtc

from domain.errors import Unavailable
from media_bridge.recorder.clock import steady_seconds

_STATS_SECONDS = 3.0


@dataclass(frozen=True)
class AudioCounters:
    """WebRTC's audio counters of one track, in packets and in samples at 48 kHz."""

    packets: int = 0
    samples: int = 0
    concealed: int = 0  # samples synthesized because packets were missing, silence not counted
    silent: int = 0  # samples synthesized as silence, as for a muted or dead track


class TrackStatistics:
    """Reads a track's counters: when its last packet came, and their increase from one report to the next."""

    def __init__(self) -> None:
        self._reported = AudioCounters()
        self._packets = 0
        self.last_packet_at = steady_seconds()  # as seen by `look`

    async def look(self, track: rtc.Track) -> bool:
        """Notes whether packets have come since the last look; a track whose statistics cannot be read has none."""
        now = steady_seconds()
        try:
            counters = await _read(track)
        except Unavailable:
            return False
        if counters is None or counters.packets <= self._packets:
            return False
        self._packets, self.last_packet_at = counters.packets, now
        return True

    async def since_last_report(self, track: rtc.Track) -> AudioCounters | None:
        """The increase since the last call, None before the first packet. Raises Unavailable."""
        current = await _read(track)
        if current is None:
            return None
        last, self._reported = self._reported, current
        return AudioCounters(
            packets=current.packets - last.packets,
            samples=current.samples - last.samples,
            concealed=max(0, current.concealed - last.concealed),
            silent=max(0, current.silent - last.silent),
        )


async def _read(track: rtc.Track) -> AudioCounters | None:
    try:
        return _audio_counters(await asyncio.wait_for(track.get_stats(), _STATS_SECONDS))
    except Exception as error:  # the SDK raises no narrower one
        raise Unavailable(f"no statistics of the track: {type(error).__name__}") from error


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
