"""An instructor who leaves students alone, webhooks that do not come and poor connections are found, and no others."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

import pytest

from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.departures import latest_unannounced, left_alone_since
from domain.presence.engagement import QUALITY
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.live_status import quality_word
from domain.presence.poor_connection import Direction, poor_connection
from domain.presence.telemetry import TelemetryMinute
from domain.record.speech_check import Speech, is_empty, missing_speakers
from domain.sessions.schedule import ended_early_by
from tests.domain.session_events import at, event, joined, left, seen

pytestmark = pytest.mark.unit

LENGTH = 1800.0  # seconds


def alone(*events: SessionEvent, now: float) -> datetime | None:
    happened = [one for one in events if one.occurred_at <= at(now)]
    return left_alone_since(
        fold_attendance(happened, until=None),
        teachers=["ada"],
        students=["leo", "noor"],
        starts_at=at(0),
        ends_at=at(LENGTH),
        now=at(now),
    )


HERE = (joined("ada", "A1", -60), joined("leo", "L1", 10))
AWAY = (*HERE, left("ada", "A1", 600, since=-60))


def test_an_instructor_who_is_away_for_three_minutes_has_left_the_students_alone() -> None:
    assert alone(*AWAY, now=770) is None
    assert alone(*AWAY, now=781) == at(600)


def test_an_instructor_who_comes_back_has_not_left() -> None:
    assert alone(*AWAY, joined("ada", "A2", 700), now=900) is None


def test_who_teaches_on_a_second_device_has_not_left() -> None:
    assert alone(*HERE, joined("ada", "A2", 300), left("ada", "A1", 600, since=-60), now=900) is None


def test_nobody_is_alone_in_an_empty_room() -> None:
    assert alone(*AWAY, left("leo", "L1", 605, since=10), now=900) is None


def test_an_instructor_who_was_never_there_is_absent_and_has_not_left() -> None:
    assert alone(joined("leo", "L1", 10), now=900) is None
    assert alone(joined("ada", "A1", -90), left("ada", "A1", -5, since=-90), HERE[1], now=900) is None


def test_the_goodbye_at_the_end_is_no_departure() -> None:
    assert alone(*HERE, left("ada", "A1", LENGTH - 200, since=-60), now=LENGTH + 60) is None


def test_a_connection_that_the_watch_alone_has_seen_is_not_announced() -> None:
    found = (joined("ada", "A1", 0), seen("leo", "L1", 20, since=10))

    assert latest(found, now=50) is None
    assert latest(found, now=60) == "L1"
    assert latest((*found, joined("leo", "L1", 10)), now=60) is None


def latest(events: Iterable[SessionEvent], now: float) -> str | None:
    return latest_unannounced(fold_attendance(events, until=None).values(), at(now))


def quality(
    minute: int, level: str, source: EventSource = EventSource.CLIENT, *, last: float | None = None
) -> TelemetryMinute:
    """Reports of one level within a minute of the class."""
    first_at, last_at = at(60 * minute), at(60 * minute + 50 if last is None else last)
    word = quality_word(SessionEvent(source, "", EventKind.QUALITY, last_at, data={"level": level}))
    score = QUALITY[level]
    return TelemetryMinute(
        EventKind.QUALITY, source, "leo", "", "", True, False, first_at, last_at, score, score, word, 0, 0
    )


def sound(minute: int, concealed: float) -> TelemetryMinute:
    """What the recorder heard of the person; `concealed` is a share."""
    total = 48_000.0 * 60
    kind, source = EventKind.AUDIO_CONCEALED, EventSource.CAPTURE
    at_first, at_last = at(60 * minute), at(60 * minute + 50)
    gaps = concealed * total
    return TelemetryMinute(
        kind, source, "leo", "L1", "TR", True, False, at_first, at_last, None, None, None, gaps, total
    )


def test_a_connection_is_poor_after_two_minutes_without_a_good_report() -> None:
    reports = [quality(0, "excellent"), quality(1, "poor"), quality(2, "lost")]

    assert poor_connection(reports, at(170)) is None
    found = poor_connection(reports, at(180))
    assert found is not None
    assert (found.since, found.direction) == (at(60), Direction.UNKNOWN)


def test_one_good_report_ends_a_poor_connection() -> None:
    reports = [quality(minute, "poor") for minute in range(5)]

    assert poor_connection(reports, at(300))
    assert poor_connection([*reports, quality(5, "good")], at(400)) is None


def test_the_recorders_report_of_a_change_holds_until_the_next() -> None:
    change = quality(1, "poor", EventSource.CAPTURE, last=61)

    assert poor_connection([change], at(300))
    assert poor_connection([change, quality(4, "excellent")], at(300)) is None


@pytest.mark.parametrize(
    ("concealed", "direction"), [(0.2, Direction.TO_CLASS), (0.001, Direction.FROM_CLASS)]
)
def test_direction_follows_from_how_the_sound_arrives(concealed: float, direction: Direction) -> None:
    reports = [quality(1, "poor"), quality(2, "poor"), sound(0, 0.0), sound(2, concealed)]

    found = poor_connection(reports, at(240))

    assert found is not None
    assert found.direction == direction


@pytest.mark.parametrize(
    ("length", "ended", "unused"),
    [
        (60, 60, None),
        (60, 55, None),
        (60, 53, 7),
        (30, 25, 5),
        (30, 26, None),
        (120, 110, None),
        (30, -9, 30),
    ],
)
def test_a_class_ended_early_that_leaves_a_tenth_and_five_minutes_of_its_time(
    length: int, ended: int, unused: int | None
) -> None:
    early = ended_early_by(at(0), at(60 * length), at(60 * ended))

    assert early == (None if unused is None else timedelta(minutes=unused))


class CleanClass:
    """A class in which nothing is wrong: people are late, muted, silent, reload their page, or leave a bit early."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.events: list[SessionEvent] = []
        self.reports: dict[str, list[TelemetryMinute]] = {}
        self.speech: dict[str, Speech] = {}
        for who in ("ada", "leo", "noor"):
            self._attend(who)
            self._report(who)
            self._talk(who)

    def _attend(self, who: str) -> None:
        came = self.random.uniform(-600, 90 if who == "ada" else 900)
        gone = LENGTH + self.random.uniform(-240, 300)
        number = 0
        while came < gone:
            until = min(came + self.random.uniform(30, 2 * LENGTH), gone)
            sid = f"{who}{number}"
            self.events += [joined(who, sid, came), left(who, sid, until, since=came)]
            if self.random.random() < 0.3:
                self.events.append(seen(who, sid, came + 5, since=came))
            came, number = until + self.random.uniform(-3, 100), number + 1

    def _report(self, who: str) -> None:
        """A moment of bad network, in one minute of ten."""
        self.reports[who] = [
            quality(minute, self.random.choice(("poor", "lost")) if minute % 10 == 3 else "excellent")
            for minute in range(int(LENGTH / 60))
        ]

    def _talk(self, who: str) -> None:
        pace = self.random.uniform(0.5, 3)
        talk = self.random.choice((0.0, self.random.uniform(0, 20), self.random.uniform(20, 900)))
        self.speech[who] = Speech(talk, round(talk * pace))

    def troubles(self, now: float) -> list[object]:
        happened = [one for one in self.events if one.occurred_at <= at(now)]
        attendance: dict[str, Attendance] = fold_attendance(happened, until=None)
        poor = [
            poor_connection([one for one in own if one.first_at <= at(now)], at(now))
            for own in self.reports.values()
        ]
        found = [alone(*happened, now=now), latest_unannounced(attendance.values(), at(now)), *poor]
        return [one for one in found if one is not None]


def test_300_clean_classes_have_no_trouble() -> None:
    random = Random(11)
    for _ in range(300):
        clean = CleanClass(random)
        assert [clean.troubles(now) for now in range(0, int(LENGTH) + 300, 180)] == [[]] * 12
        assert missing_speakers(clean.speech) == ()
        assert not is_empty(clean.speech)
        assert ended_early_by(at(0), at(LENGTH), at(LENGTH + random.uniform(-170, 600))) is None


def test_events_of_the_recorder_are_no_sightings_of_the_watch() -> None:
    assert latest([event(EventKind.TALK, 10, "leo", "L1")], now=100) is None
