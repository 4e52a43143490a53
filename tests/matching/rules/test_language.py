"""The language of the class."""

import pytest

from matching.rules.language import Language
from tests.matching.building import a_class, an_instructor, forbidden, prepared

pytestmark = pytest.mark.unit


def test_the_language_is_needed_where_the_class_names_one() -> None:
    instructors = [an_instructor(0, languages=frozenset({"es", "EN"})), an_instructor(1)]
    assert forbidden(Language, prepared([a_class(language="en")], instructors)) == [False, True]
    assert forbidden(Language, prepared([a_class()], instructors)) == [False, False]
