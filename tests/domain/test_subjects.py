"""Subjects of notices, cases and files: a session is one kind."""

from uuid import uuid4

import pytest

from domain.subjects import Subject, SubjectKind

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("kind", SubjectKind)
def test_only_a_session_has_a_session_id(kind: SubjectKind) -> None:
    subject = Subject(kind, uuid4())
    assert subject.session_id == (subject.id if kind == SubjectKind.SESSION else None)


def test_subjects_of_one_kind_and_id_are_equal() -> None:
    key = uuid4()
    assert Subject.session(key) == Subject(SubjectKind.SESSION, key)
    assert Subject(SubjectKind.COURSE, key) != Subject(SubjectKind.SERIES, key)


def test_noun_of_a_session_is_class() -> None:
    assert Subject.session(uuid4()).noun == "class"
    assert Subject(SubjectKind.GUARDIAN, uuid4()).noun == "guardian"
