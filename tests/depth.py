"""How far the sweeps over values of every field go.

In `make test` the fields share out the values: each field gets some of them, by turns. With EVERY_VALUE, as `make fuzz`
and `make security` run them, every field gets every value.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

Value = TypeVar("Value")

EVERY_VALUE = bool(os.environ.get("EVERY_VALUE"))


def by_turns(values: Sequence[Value], turn: int, turns: int) -> Sequence[Value]:
    """One in `turns` of the values, others at the next turn."""
    return values if EVERY_VALUE else values[turn % turns :: turns]
