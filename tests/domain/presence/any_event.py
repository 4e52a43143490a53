"""A Hypothesis strategy for presence events."""

from hypothesis import strategies as st

from domain.presence.events import EventKind, EventSource, SessionEvent
from tests.domain.session_events import absent, event, finished, joined, left, remade, seen

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
    return draw(
        st.sampled_from(
            [
                joined(who, sid, when),
                joined(who, sid, when, hidden=True),
                left(who, sid, when, reason, since=since),
                left(who, sid, when, reason),
                seen(who, sid, when, since=since),
                absent(who, sid, when),
                event(K.PARTICIPANT_ABORTED, when, who, sid, source=EventSource.WEBHOOK),
                event(K.TRACK_PUBLISHED, when, who, sid, source=EventSource.WEBHOOK),
                event(K.TALK, when, who, sid),
                event(K.QUALITY, when, who, None, source=EventSource.CLIENT, level="good"),
                event(K.PARTICIPANT_JOINED, when, "capture-1", "PA_c", source=EventSource.WEBHOOK),
                remade(when),
                finished(when),
            ]
        )
    )
