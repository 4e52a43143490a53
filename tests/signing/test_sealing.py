"""Sealed values open only for their purpose, with a current or previous secret, until they are too old."""

from datetime import timedelta

import pytest

from signing.sealing import Sealer, Unsealable

pytestmark = pytest.mark.unit


def test_a_sealed_text_is_unreadable_until_opened() -> None:
    sealed = Sealer(["one"], "a").seal("a secret, é")
    assert "secret" not in sealed
    assert Sealer(["one"], "a").open(sealed) == "a secret, é"


def test_the_previous_secret_still_opens() -> None:
    sealed = Sealer(["old"], "a").seal("text")
    assert Sealer(["new", "old"], "a").open(sealed) == "text"


@pytest.mark.parametrize("other", [Sealer(["two"], "a"), Sealer(["one"], "b")])
def test_another_secret_or_purpose_does_not_open_it(other: Sealer) -> None:
    with pytest.raises(Unsealable):
        other.open(Sealer(["one"], "a").seal("text"))


@pytest.mark.parametrize("nonsense", ["", "x", "é", "gAAAA" * 20])
def test_malformed_text_does_not_open(nonsense: str) -> None:
    with pytest.raises(Unsealable):
        Sealer(["one"], "a").open(nonsense)


def test_a_value_older_than_max_age_does_not_open() -> None:
    sealed = Sealer(["one"], "a").seal("text")
    with pytest.raises(Unsealable):
        Sealer(["one"], "a").open(sealed, max_age=timedelta(seconds=-1))
