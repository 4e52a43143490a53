"""Quality samples of the room page: validated, corrected for fast clocks, and stored once."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.presence.events import EventKind, EventSource
from tests.api.bodies import Booked, open_class, sample
from tests.api.events import recorded
from tests.campus import Campus, Json, School, problem_of

pytestmark = pytest.mark.adapter


@pytest.fixture
async def booked(campus: Campus) -> AsyncIterator[Booked]:
    async with open_class(campus) as opened:
        yield opened


async def post(booked: Booked, *samples: Json, link: str | None = None) -> httpx.Response:
    body = {"link": link or booked.link, "samples": samples}
    async with booked.school.campus.client() as browser:
        return await browser.post(f"/v1/join/{booked.session_id}/quality", json=body)


def at(seconds: float) -> str:
    """The time `seconds` from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def test_samples_are_stored_with_their_values(booked: Booked) -> None:
    assert (await post(booked, sample(at=at(-20)), sample(at=at(-10), audio_only=True))).status_code == 202
    first, second = await recorded(booked.school, booked.session_id, EventKind.QUALITY)
    assert first.source == EventSource.CLIENT
    assert (first.data["level"], first.data["packets_lost"]) == ("good", 3)
    assert second.data["audio_only"] is True
    assert first.identity == second.identity is not None


async def test_audio_only_fallbacks_are_stored_as_their_own_events(booked: Booked) -> None:
    await post(booked, {"at": at(-9), "event": "audio_only_on"}, {"at": at(-5), "event": "audio_only_off"})
    events = await recorded(booked.school, booked.session_id, EventKind.VIDEO_FALLBACK)
    assert [event.data["audio_only"] for event in events] == [True, False]


async def test_repeated_samples_are_stored_once(booked: Booked) -> None:
    samples = [sample(at=at(-seconds)) for seconds in (30, 20, 10)]
    for _ in range(3):
        await post(booked, *samples)
    assert len(await recorded(booked.school, booked.session_id, EventKind.QUALITY)) == 3


@pytest.mark.parametrize("fast", [timedelta(minutes=5), timedelta(days=400)])
async def test_a_fast_clock_is_corrected(booked: Booked, fast: timedelta) -> None:
    """No sample is in the future or lost, and the intervals between them stay the same."""
    ahead = fast.total_seconds()
    samples = [sample(at=at(ahead - seconds)) for seconds in (10, 5, 0)]
    for _ in range(2):
        assert (await post(booked, *samples)).status_code == 202
    times = [e.occurred_at for e in await recorded(booked.school, booked.session_id, EventKind.QUALITY)]
    assert len(times) == 3
    assert max(times) <= datetime.now(UTC)
    apart = [(b - a).total_seconds() for a, b in itertools.pairwise(times)]
    assert apart == pytest.approx([5, 5], abs=0.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59Z"},
        {"at": "2031-01-01T00:00:00"},
        {"at": None},
        {"connection_quality": "splendid"},
        {"connection_quality": "a\0b"},
        {"audio_concealed_ratio": 1.5},
        {"audio_concealed_ratio": -0.1},
        {"packets_lost": 1e300},
        {"jitter_ms": "slow"},
        {"rtt_ms": [1]},
        {"event": "video_on"},
        {"mood": "happy"},
    ],
    ids=str,
)
async def test_an_invalid_sample_refuses_the_whole_request(booked: Booked, wrong: dict[str, Any]) -> None:
    answer = await post(booked, sample(), sample(**wrong))
    problem = problem_of(answer, 422, "invalid-input")
    assert problem["fields"][0]["where"].startswith("body.samples.1")
    assert await recorded(booked.school, booked.session_id) == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
async def test_non_finite_numbers_are_refused(booked: Booked, number: str) -> None:
    text = f'{{"link": "{booked.link}", "samples": [{{"at": "{at(-1)}", "jitter_ms": {number}}}]}}'
    async with booked.school.campus.client() as browser:
        answer = await browser.post(
            f"/v1/join/{booked.session_id}/quality",
            content=text,
            headers={"content-type": "application/json"},
        )
    problem_of(answer, 422, "invalid-input")


async def test_too_many_samples_are_refused(booked: Booked) -> None:
    problem_of(await post(booked, *[sample()] * 121), 422, "invalid-input")
    assert (await post(booked, *[sample(at=at(-n)) for n in range(120)])).status_code == 202
    assert len(await recorded(booked.school, booked.session_id)) == 120


async def test_samples_need_a_valid_link_for_this_class(booked: Booked) -> None:
    problem_of(await post(booked, sample(), link="nonsense"), 403, "link-invalid")
    elsewhere = Booked(booked.school, str(uuid4()), booked.link)
    problem_of(await post(elsewhere, sample()), 403, "link-for-another-class")
    assert await recorded(booked.school, booked.session_id) == []


async def test_samples_are_refused_while_the_class_is_not_open(campus: Campus, harbour: School) -> None:
    session_id = await harbour.book()
    link = await harbour.join_token(session_id)
    problem_of(await post(Booked(harbour, session_id, link), sample()), 409, "class-not-open")
    await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
    await harbour.run_until(session_id, "cancelled")
    problem_of(await post(Booked(harbour, session_id, link), sample()), 410, "class-ended")
    assert await recorded(harbour, session_id, EventKind.QUALITY) == []


async def test_a_link_that_sends_too_many_samples_is_limited(booked: Booked) -> None:
    """Others can still send theirs."""
    accepted = 0
    for batch in range(5):
        answer = await post(booked, *[sample(at=at(-batch * 100 - n)) for n in range(100)])
        accepted += 100 * (answer.status_code == 202)
    problem_of(answer, 429, "rate-limited")
    assert len(await recorded(booked.school, booked.session_id, EventKind.QUALITY)) == accepted < 300
    another = await booked.school.join_token(booked.session_id, "instructor")
    assert (await post(booked, sample(), link=another)).status_code == 202


async def test_a_slow_clock_is_corrected_and_long_past_samples_are_left_out(booked: Booked) -> None:
    """A sample can be given neither to another time of the class nor to another class."""
    a_day = 24 * 3600
    samples = [sample(at=at(-a_day - seconds)) for seconds in (3600, 20, 10, 0)]
    assert (await post(booked, *samples)).status_code == 202
    now = datetime.now(UTC)
    times = [e.occurred_at for e in await recorded(booked.school, booked.session_id, EventKind.QUALITY)]
    assert len(times) == 3
    assert all(timedelta(0) <= now - time < timedelta(minutes=1) for time in times)


async def test_endless_changes_to_sound_alone_become_plain_samples(booked: Booked) -> None:
    """They are read one by one for each page about the class; measurements are summed up."""
    link = await booked.school.join_token(booked.session_id, "instructor")
    for batch in range(2):
        changes = [{"at": at(-n / 10 - batch), "event": "audio_only_on"} for n in range(70)]
        assert (await post(booked, *changes, link=link)).status_code == 202
    limits = booked.school.campus.app.state.homeroom.join_limits
    holder = uuid4()
    assert [await limits.allows_fallbacks(holder, 150) for _ in range(3)] == [True, True, False]
    assert await limits.allows_fallbacks(uuid4(), 150)
    assert len(await recorded(booked.school, booked.session_id, EventKind.VIDEO_FALLBACK)) > 0
