"""What is sealed opens here alone, for its purpose alone, and survives a change of secrets."""

from datetime import timedelta

import pytest

from signing.sealing import Sealer, Unsealable

pytestmark = pytest.mark.unit


def test_what_is_sealed_can_be_read_again_and_not_before() -> None:
    sealed = Sealer(["one"], "a").seal("a secret, é")
    assert "secret" not in sealed
    assert Sealer(["one"], "a").open(sealed) == "a secret, é"


def test_the_old_secret_still_opens() -> None:
    sealed = Sealer(["old"], "a").seal("text")
    assert Sealer(["new", "old"], "a").open(sealed) == "text"


@pytest.mark.parametrize("other", [Sealer(["two"], "a"), Sealer(["one"], "b")])
def test_another_secret_or_purpose_does_not_open_it(other: Sealer) -> None:
    with pytest.raises(Unsealable):
        other.open(Sealer(["one"], "a").seal("text"))


@pytest.mark.parametrize("nonsense", ["", "x", "é", "gAAAA" * 20])
def test_nonsense_does_not_open(nonsense: str) -> None:
    with pytest.raises(Unsealable):
        Sealer(["one"], "a").open(nonsense)


def test_what_is_too_old_does_not_open() -> None:
    sealed = Sealer(["one"], "a").seal("text")
    with pytest.raises(Unsealable):
        Sealer(["one"], "a").open(sealed, not_older=timedelta(seconds=-1))
