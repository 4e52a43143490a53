"""Consents of the instructor."""

import pytest

from matching.rules.consent import Consent
from tests.matching.building import a_class, an_instructor, forbidden, prepared

pytestmark = pytest.mark.unit


def test_every_consent_is_needed() -> None:
    given = [{"recording", "translation"}, {"recording"}]
    instructors = [an_instructor(n, consents=frozenset(one)) for n, one in enumerate(given)]
    wanted = a_class(consents=frozenset({"recording", "translation"}))
    assert forbidden(Consent, prepared([wanted], instructors)) == [False, True]
