"""Decides what is done about a track that is published and unmuted, and of which nothing is heard. Pure."""

from collections.abc import Set as AbstractSet
from enum import IntEnum


class Remedy(IntEnum):
    """What is tried, from the mildest on."""

    SUBSCRIBE_AGAIN = (
        1  # unsubscribe and subscribe: the SDK sends nothing for a subscription it believes to have
    )
    RECONNECT = 2
    NEW_RECORDER = 3


EXIT_DEAF = 76  # of a process that ends for Remedy.NEW_RECORDER
UNHEARD_SECONDS = 3.0  # until an unheard track counts as not recorded
# Seconds for which a track has not been heard, and what is tried then.
_STEPS = ((2.0, Remedy.SUBSCRIBE_AGAIN), (6.0, Remedy.RECONNECT), (14.0, Remedy.NEW_RECORDER))
_REPEAT_SECONDS = 10.0  # after the last step, SUBSCRIBE_AGAIN is tried this often


class DeafTracks:
    """Remembers since when tracks have not been heard, over reconnects, and which remedy was tried."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._tried: dict[str, int] = {}  # number of remedies tried, by track

    def look(self, unheard: AbstractSet[str], now: float) -> dict[str, float]:
        """Takes the sids of the tracks that are not heard at second `now`.

        Returns those that are heard again or are gone, with the second since which they were not heard.
        """
        for sid in unheard:
            self._since.setdefault(sid, now)
        over = {sid: since for sid, since in self._since.items() if sid not in unheard}
        for sid in over:
            del self._since[sid]
            self._tried.pop(sid, None)
        return over

    def unheard(self, now: float) -> int:
        """How many tracks have not been heard for UNHEARD_SECONDS."""
        return sum(now - since >= UNHEARD_SECONDS for since in self._since.values())

    def remedy(self, now: float) -> tuple[Remedy, AbstractSet[str]] | None:
        """What to try now, and the tracks for which; None while there is nothing to do."""
        due = {sid: step for sid, since in self._since.items() if (step := self._due(sid, now - since))}
        if not due:
            return None
        remedy = max(due.values())
        tracks = {sid for sid, step in due.items() if step == remedy}
        for sid in due:
            self._tried[sid] = self._tried.get(sid, 0) + 1
        return remedy, tracks

    def _due(self, sid: str, seconds: float) -> Remedy | None:
        tried = self._tried.get(sid, 0)
        if tried < len(_STEPS):
            at, remedy = _STEPS[tried]
            return remedy if seconds >= at else None
        at = _STEPS[-1][0] + (tried - len(_STEPS) + 1) * _REPEAT_SECONDS
        return Remedy.SUBSCRIBE_AGAIN if seconds >= at else None
