"""Nothing that `homeroom up` starts can be reached from other machines."""

import pytest

from tests.cli.homes import StackUnderTest
from tests.security.listening import exposed

pytestmark = [pytest.mark.e2e, pytest.mark.real_time]


def test_all_of_the_local_stack_listens_on_loopback_only(full_stack: StackUnderTest) -> None:
    """The API, the workers and the supervisor among it."""
    state = full_stack.state()
    assert {"api", "worker-sessions", "worker-capture"} <= {one.name for one in state.services if one.pid}
    assert exposed(state.supervisor_pid) == set()
