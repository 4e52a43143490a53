"""Limits how often each participant may cause an event, so that a flood from one page does not fill the record."""


class Allowance:
    """For each key: `burst` at once, and one more every `seconds`."""

    def __init__(self, burst: int, seconds: float) -> None:
        self._burst, self._seconds = burst, seconds
        self._full_at: dict[str, float] = {}  # when a key that was used has its whole burst again

    def take(self, key: str, now: float) -> bool:
        """Whether the key may have one more. `now` is in seconds of a clock that never goes back."""
        full_at = max(self._full_at.get(key, now), now) + self._seconds
        if full_at - now > self._burst * self._seconds:
            return False
        self._full_at[key] = full_at
        return True
