"""What holds for every kind of rule: a key and a text of its own, one effect, a file and a test named for it."""

import inspect
from pathlib import Path

import pytest

from matching.prepared import PreparedProblem
from matching.rules import HARD, SOFT
from matching.rules.rule import Rule
from tests.matching.building import a_class, an_instructor, prepared

pytestmark = pytest.mark.unit

RULES = Path(inspect.getfile(Rule)).parent


def test_keys_and_texts_are_unlike() -> None:
    for parts in ({rule.key for rule in HARD + SOFT}, {rule.text for rule in HARD + SOFT}):
        assert len(parts) == len(HARD + SOFT)


def test_every_file_is_a_rule_in_the_list_with_a_test() -> None:
    files = {path.stem for path in RULES.glob("*.py")} - {"__init__", "rule", "lookups"}
    assert files == {Path(inspect.getfile(rule)).stem for rule in HARD + SOFT}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert files <= tests


@pytest.fixture(scope="module")
def problem() -> PreparedProblem:
    return prepared([a_class()], [an_instructor()])


def test_every_rule_has_an_effect(problem: PreparedProblem) -> None:
    hard = len(problem.pair_rules) + len(problem.spacings) + len(problem.budgets)
    assert hard == len(HARD)
    assert len(problem.terms) + len(problem.loads) == len(SOFT)


@pytest.mark.parametrize("key", [rule.key for rule in HARD])
def test_a_hard_rule_can_be_set_aside(key: str) -> None:
    assert key not in {rule.key for rule in prepared([], [], disabled=frozenset({key})).hard}
