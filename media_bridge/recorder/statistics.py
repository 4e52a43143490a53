"""How clearly the recorder hears a track, from the statistics of its connection."""

import asyncio
from dataclasses import dataclass

from livekit import rtc

from domain.errors import Unavailable

_STATS_SECONDS = 3.0


@dataclass(frozen=True)
class Heard:
    """Counters of one track."""

    packets: int = 0
    samples: int = 0
    concealed: int = 0  # samples made up because packets were missing, silence not counted
    silent: int = 0  # made up as silence: what a muted or dead track gives


class Statistics:
    """Tells what a track's counters have gained since the last time."""

    def __init__(self) -> None:
        self._last = Heard()

    async def since_last(self, track: rtc.Track) -> Heard | None:
        """None where no packet has come yet. Raises Unavailable."""
        try:
            current = _heard(await asyncio.wait_for(track.get_stats(), _STATS_SECONDS))
        except Exception as error:  # the SDK raises no narrower one
            raise Unavailable(f"no statistics of the track: {type(error).__name__}") from error
        if current is None:
            return None
        last, self._last = self._last, current
        return Heard(
            packets=current.packets - last.packets,
            samples=current.samples - last.samples,
            concealed=max(0, current.concealed - last.concealed),
            silent=max(0, current.silent - last.silent),
        )


def _heard(stats: list[rtc.stats.RtcStats]) -> Heard | None:
    for entry in stats:
        if entry.WhichOneof("stats") == "inbound_rtp":
            inbound, received = entry.inbound_rtp.inbound, entry.inbound_rtp.received
            return Heard(
                packets=received.packets_received,
                samples=inbound.total_samples_received,
                concealed=inbound.concealed_samples - inbound.silent_concealed_samples,
                silent=inbound.silent_concealed_samples,
            )
    return None
