"""What is tried for a track that is published and not heard, and when."""

import pytest

from media_bridge.recorder.deaf_tracks import DeafTracks, Remedy

pytestmark = pytest.mark.unit


def remedies(unheard_until: float, *, until: float = 60) -> list[tuple[float, Remedy]]:
    """What is tried for a track that is not heard from second 0 on, looked at every two seconds."""
    tracks = DeafTracks()
    tried: list[tuple[float, Remedy]] = []
    for now in range(0, round(until), 2):
        tracks.look({"TR_1"} if now < unheard_until else set(), now)
        if (due := tracks.remedy(now)) is not None:
            tried.append((now, due[0]))
    return tried


def test_a_track_that_stays_unheard_gets_stronger_remedies_within_fifteen_seconds() -> None:
    assert remedies(60, until=20) == [
        (2, Remedy.SUBSCRIBE_AGAIN),
        (6, Remedy.RECONNECT),
        (14, Remedy.NEW_RECORDER),
    ]


def test_a_track_that_no_remedy_helps_does_not_cost_the_others_their_recorder_again() -> None:
    later = [remedy for at, remedy in remedies(60) if at > 14]
    assert later
    assert set(later) == {Remedy.SUBSCRIBE_AGAIN}


def test_a_track_that_is_heard_again_is_left_alone_and_reported_once() -> None:
    assert remedies(4) == [(2, Remedy.SUBSCRIBE_AGAIN)]
    tracks = DeafTracks()
    tracks.look({"TR_1", "TR_2"}, 10)
    assert tracks.look({"TR_2"}, 15) == {"TR_1": 10}
    assert tracks.look({"TR_2"}, 17) == {}


def test_a_track_counts_as_unheard_after_three_seconds() -> None:
    tracks = DeafTracks()
    tracks.look({"TR_1"}, 10)
    assert (tracks.unheard(12.9), tracks.unheard(13)) == (0, 1)


def test_the_strongest_remedy_is_tried_for_the_tracks_that_need_it() -> None:
    tracks = DeafTracks()
    tracks.look({"TR_1"}, 0)
    assert tracks.remedy(2) == (Remedy.SUBSCRIBE_AGAIN, {"TR_1"})
    tracks.look({"TR_1", "TR_2"}, 4)
    assert tracks.remedy(6) == (Remedy.RECONNECT, {"TR_1"})
