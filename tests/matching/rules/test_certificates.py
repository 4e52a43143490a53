"""Certificates, which must be valid until the class ends."""

import pytest

from matching.rules.certificates import Certificates
from tests.matching.building import a_class, an_instructor, at, forbidden, prepared

pytestmark = pytest.mark.unit


def test_a_certificate_is_valid_until_the_end_of_the_class() -> None:
    wanted = a_class(start=9, end=10, certificates=frozenset({"first aid"}))
    expiries = [at(10), at(9.5), None]
    instructors = [an_instructor(n, certificates={"first aid": one}) for n, one in enumerate(expiries)]
    assert forbidden(Certificates, prepared([wanted], [*instructors, an_instructor(3)])) == [
        False,
        True,
        False,
        True,
    ]


def test_all_certificates_are_needed() -> None:
    wanted = a_class(certificates=frozenset({"first aid", "swimming"}))
    instructors = [an_instructor(0, certificates={"first aid": None})]
    assert forbidden(Certificates, prepared([wanted], instructors)) == [True]
