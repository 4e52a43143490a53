"""`python -m benchmarks.recurrence`: milliseconds of CPU to refuse hostile recurrence rules and to expand series."""

import asyncio
import time
from datetime import datetime, timedelta
from statistics import median

from benchmarks.report import Report, at_most
from domain.errors import InvalidInput
from domain.scheduling.recurrence import read_rule
from domain.scheduling.series import Series

MOST = 10.0  # milliseconds
ROUNDS = 50
_START = datetime.fromisoformat("2026-09-30T16:00")  # the last weekday of its month
_HOSTILE = {
    "every second, and never": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "never": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "never, at a position": "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=31",
    "a huge interval": "FREQ=DAILY;INTERVAL=999999999",
    "a huge count": "FREQ=DAILY;COUNT=999999999",
    "an end without a zone": "FREQ=WEEKLY;UNTIL=20270101T000000",
    "many positions": "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=" + ",".join(map(str, range(-366, 367))),
    "a long list": "FREQ=DAILY;BYMONTH=" + "1," * 100_000,
}
_SERIES = {
    "weekly for two years": "FREQ=WEEKLY",
    "500 days": "FREQ=DAILY",
    "last weekday of a month": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
}


async def measure() -> Report:
    return await asyncio.to_thread(_measure)


def _measure() -> Report:
    refused = {name: _milliseconds(rule, refused=True) for name, rule in _HOSTILE.items()}
    expanded = {name: _milliseconds(rule, refused=False) for name, rule in _SERIES.items()}
    rows = [
        *((f"refused: {name}", f"{took:.3f}") for name, took in refused.items()),
        *((f"expanded: {name}", f"{took:.3f}") for name, took in expanded.items()),
    ]
    slowest = round(max(refused.values()), 3)
    verdict = at_most("the slowest refusal", slowest, MOST, " ms")
    return Report("benchmarks.recurrence", ("", "ms of CPU"), rows, [verdict])


def _milliseconds(rule: str, *, refused: bool) -> float:
    """CPU of the calling thread, the median of the rounds."""
    return median(_once(rule, refused=refused) for _ in range(ROUNDS))


def _once(text: str, *, refused: bool) -> float:
    began = time.thread_time()
    try:
        Series("Europe/Madrid", _START, timedelta(hours=1), read_rule(text)).occurrences()
    except InvalidInput:
        assert refused, text
    else:
        assert not refused, text
    return (time.thread_time() - began) * 1_000


def main() -> None:
    asyncio.run(measure()).show()


if __name__ == "__main__":
    main()
