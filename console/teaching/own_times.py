"""How the own pages of instructors write times: in the instructor's zone and in the language of the page."""

from datetime import datetime
from typing import Any

from console.frame.texts import page_language
from reports.moments import clock, moment


def own_times(zone: str, now: datetime) -> dict[str, Any]:
    """For a template: the zone, `when` for a day with its time, and `until` for a time of the same day."""
    language = page_language()
    return {
        "zone": zone,
        "when": lambda at: moment(at, language, zone, now=now),
        "until": lambda at: clock(at, language, zone),
    }
