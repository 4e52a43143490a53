"""What holds of a call for volunteers, as its class goes on."""

import pytest

from domain.scheduling.volunteers import CallState, call_state_now

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("stands", "has_begun", "holds"),
    [
        (True, False, CallState.OPEN),
        (True, True, CallState.ENDED),
        (False, False, CallState.OUTDATED),
        (False, True, CallState.OUTDATED),
    ],
)
def test_an_open_call_ends_with_its_room_and_is_outdated_by_changes(
    stands: bool, has_begun: bool, holds: CallState
) -> None:
    assert call_state_now(CallState.OPEN, stands=stands, has_begun=has_begun) == holds
    assert call_state_now(CallState.TAKEN, stands=stands, has_begun=has_begun) == CallState.TAKEN
