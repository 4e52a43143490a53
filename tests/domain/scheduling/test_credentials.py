"""What a course requires of its instructor, what of it somebody lacks, and until when they meet all of it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling import written
from domain.scheduling.availability import Availability
from domain.scheduling.booking_rules import broken_rules, sentence
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot
from domain.scheduling.credentials import Credentials, Requirement, Requirements, latest, met_until, unmet
from domain.scheduling.slots import SlotWindow, bookable_slots

pytestmark = pytest.mark.unit

HOUR = timedelta(hours=1)
LAST = date(2030, 12, 3)
LOCAL_MIDNIGHT = datetime(2030, 12, 4, 5, tzinfo=UTC)  # the end of the last day in New York
ASKED = Requirements("es", "EU", ("Recording",), ("First Aid",), background_check=True)
HELD = Credentials("America/New_York", ("es",), ("eu",), ("recording",), latest([("first aid", LAST)]), LAST)


def test_whoever_has_everything_meets_it_until_the_last_day_ends_in_their_zone() -> None:
    assert unmet(ASKED, HELD, LOCAL_MIDNIGHT) == {}
    assert met_until(ASKED, HELD) == LOCAL_MIDNIGHT
    assert unmet(ASKED, HELD, LOCAL_MIDNIGHT + HOUR) == {
        Requirement.CERTIFICATE: "has the certificate First Aid only until 3 December 2030",
        Requirement.BACKGROUND_CHECK: "has a background check only until 3 December 2030",
    }


def test_whoever_has_nothing_is_told_each_thing() -> None:
    asked = ClassToTeach("Sums", "", LOCAL_MIDNIGHT - HOUR, LOCAL_MIDNIGHT, 1, requirements=ASKED)
    nobody = Candidate(UUID(int=1), qualifications=[("Sums", "")])
    assert [sentence(rule, "Ada", asked, nobody) for rule in broken_rules(asked, nobody)] == [
        "Ada doesn't teach in the language of the course (es).",
        "Ada doesn't work in the region EU.",
        "Ada hasn't given the consent Recording.",
        "Ada has no certificate First Aid.",
        "Ada has no background check.",
    ]
    assert met_until(ASKED, Credentials()) is None


def test_a_renewed_certificate_counts_until_its_latest_day() -> None:
    assert latest([("First Aid", LAST), ("first aid", LAST + timedelta(days=365))]) == {
        "first aid": LAST + timedelta(days=365)
    }
    assert latest([("First Aid", LAST), ("FIRST AID", None)]) == {"first aid": None}


@given(days=st.integers(-3, 3), hours=st.integers(0, 23), checked=st.booleans())
def test_until_when_and_what_is_lacking_agree(days: int, hours: int, checked: bool) -> None:
    asked = Requirements(certificates=("First Aid",), background_check=checked)
    ends_at = LOCAL_MIDNIGHT + timedelta(days=days, hours=hours)
    until = met_until(asked, HELD)
    assert until is not None
    assert (ends_at <= until) == (unmet(asked, HELD, ends_at) == {})


def test_slots_end_with_the_certificate() -> None:
    start = LOCAL_MIDNIGHT - 2 * HOUR
    wanted = ClassToTeach("Sums", "", start, start + HOUR, 1, requirements=ASKED)
    ada = Candidate(UUID(int=1), qualifications=[("Sums", "")], credentials=HELD, availability=Availability())
    found = bookable_slots(wanted, SlotWindow(start, start + 5 * HOUR, HOUR, HOUR), [ada], {}, 10)
    assert [slot.start for slot in found] == [start, start + HOUR]


def test_keys_of_requirements_are_those_of_the_rules() -> None:
    assert {WhyNot(kind) for kind in Requirement} <= set(WhyNot)


def test_what_people_write_is_read() -> None:
    hours = written.weekly_hours("mon 9:00–24:00")
    assert hours == {"weekday": 0, "start": "09:00", "end": "00:00"}
    assert written.weekly_hours(written.written_hours(hours)) == hours
    with pytest.raises(ValueError, match="Monday 15:00"):
        written.weekly_hours("noon")
    assert written.certificate("First Aid:2030-12-03:FA-1") == {
        "name": "First Aid",
        "expires_on": "2030-12-03",
        "number": "FA-1",
    }
    assert written.certificate("First Aid")["expires_on"] is None
    assert written.background_check("DBS: enhanced:2030-12-03")["kind"] == "DBS: enhanced"
