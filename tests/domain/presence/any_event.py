"""A Hypothesis strategy for presence events."""

from typing import Any

from hypothesis import strategies as st

from domain.presence.events import EventKind, EventSource, SessionEvent
from tests.domain.session_events import aborted, absent, event, finished, joined, left, remade, seen

K = EventKind


PEOPLE = {"ana": ("PA_a1", "PA_a2"), "ben": ("PA_b1", "PA_b2")}


SECONDS = st.integers(0, 40)


@st.composite
def presence_events(draw: st.DrawFn) -> SessionEvent:
    """Any fact about two people with two connections each, at any time."""
    who = draw(st.sampled_from(sorted(PEOPLE)))
    sid, when = draw(st.sampled_from(PEOPLE[who])), draw(SECONDS)
    since = draw(SECONDS)
    reason = draw(st.sampled_from(["client_initiated", "connection_timeout"]))
    room: dict[str, Any] = draw(st.sampled_from([{}, {"room_sid": "RM_1"}, {"room_sid": "RM_2"}]))
    return draw(
        st.sampled_from(
            [
                joined(who, sid, when, **room),
                joined(who, sid, when, hidden=True),
                left(who, sid, when, reason, since=since, **room),
                left(who, sid, when, reason),
                seen(who, sid, when, since=since, **room),
                absent(who, sid, when),
                absent(who, sid, when, with_room=True),
                aborted(who, sid, when, **room),
                event(K.TRACK_PUBLISHED, when, who, sid, source=EventSource.WEBHOOK, **room),
                event(K.TALK, when, who, sid),
                event(K.AUDIO_CONCEALED, when, who, sid, packets=draw(st.sampled_from([0, 50]))),
                event(K.QUALITY, when, who, None, source=EventSource.CLIENT, level="good"),
                event(K.PARTICIPANT_JOINED, when, "capture-1", "PA_c", source=EventSource.WEBHOOK),
                remade(when, **room),
                finished(when, **room),
            ]
        )
    )
