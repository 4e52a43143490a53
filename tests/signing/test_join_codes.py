"""A participant's join code is always the same, and its hash tells nothing without the secret."""

from uuid import UUID

import pytest

from domain.people.join_codes import LENGTH
from signing.join_codes import JoinCodeMaker

pytestmark = pytest.mark.unit

OLD, NEW = "an-older-secret-of-32-characters-or-more", "a-newer-secret-of-32-characters-or-more"
ANA, BEN = UUID(int=1), UUID(int=2)


def test_a_code_is_stable_and_one_persons_own() -> None:
    maker = JoinCodeMaker([NEW])
    code, code_hash = maker.code(ANA, None)
    assert len(code) == LENGTH
    assert maker.code(ANA, code_hash) == (code, code_hash)
    assert maker.code(BEN, None)[0] != code
    assert maker.hashes(code) == [code_hash]
    assert code not in code_hash


def test_a_code_outlives_a_new_secret() -> None:
    code, code_hash = JoinCodeMaker([OLD]).code(ANA, None)
    maker = JoinCodeMaker([NEW, OLD])
    assert maker.code(ANA, code_hash) == (code, code_hash), "the code that was read out is shown again"
    assert code_hash in maker.hashes(code)
    assert JoinCodeMaker([NEW]).code(ANA, code_hash)[0] != code
