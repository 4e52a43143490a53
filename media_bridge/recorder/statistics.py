"""How clearly the recorder hears each track, from the statistics of its connection."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from livekit import rtc

_STATS_SECONDS = 3.0


@dataclass(frozen=True)
class Heard:
    """Counters of one track since it was subscribed."""

    packets: int
    samples: int
    concealed: int  # samples made up because packets were missing, silence not counted
    silent: int  # made up as silence: what a muted or dead track gives


class Statistics:
    """Keeps the last counters per track and tells what came since."""

    def __init__(self) -> None:
        self._last: dict[str, Heard] = {}

    async def since_last(self, room: rtc.Room) -> dict[str, Heard]:
        """Differences by track sid, from zero for a track that is new. Raises TimeoutError, RuntimeError."""
        stats = await asyncio.wait_for(room.get_rtc_stats(), _STATS_SECONDS)
        current = dict(_audio(stats))
        deltas = {sid: _minus(heard, self._last.get(sid)) for sid, heard in current.items()}
        self._last = current
        return deltas


def _audio(stats: rtc.room.RtcStats) -> Iterator[tuple[str, Heard]]:
    # One peer connection carries both directions, and its statistics may stand under either name.
    for entry in [*stats.subscriber_stats, *stats.publisher_stats]:
        if entry.WhichOneof("stats") == "inbound_rtp" and entry.inbound_rtp.stream.kind == "audio":
            inbound, received = entry.inbound_rtp.inbound, entry.inbound_rtp.received
            yield (
                inbound.track_identifier,
                Heard(
                    packets=received.packets_received,
                    samples=inbound.total_samples_received,
                    concealed=inbound.concealed_samples - inbound.silent_concealed_samples,
                    silent=inbound.silent_concealed_samples,
                ),
            )


def _minus(now: Heard, before: Heard | None) -> Heard:
    if before is None or now.samples < before.samples:
        return now
    return Heard(
        packets=now.packets - before.packets,
        samples=now.samples - before.samples,
        concealed=max(0, now.concealed - before.concealed),
        silent=max(0, now.silent - before.silent),
    )
