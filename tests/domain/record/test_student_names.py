"""Which students a text names."""

from uuid import UUID

import pytest

from domain.record.student_names import ClassStudent, StudentNames

pytestmark = pytest.mark.unit


def named(text: str, *names: str) -> list[list[str]]:
    """The names in each mention of the text."""
    students = [ClassStudent(UUID(int=n), str(n), name) for n, name in enumerate(names)]
    name_of = {student.id: student.name for student in students}
    return [
        sorted(name_of[key] for key in mention.students) for mention in StudentNames(students).mentions(text)
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sara, you still owe me four exercises.", "Sara Lind"),
        ("Please send them, Sara.", "Sara Lind"),
        ("sara mixes up thirds and sixths", "Sara Lind"),
        ("Sara's sentences are complete.", "Sara Lind"),
        ("Leos Aufgabe ist Seite zwölf.", "Leo"),
        ("Please go on, Mr Tanaka.", "Yuki Tanaka"),
        ("José reads the first part.", "Jose Peña"),
        ("jose reads the first part.", "José Peña"),
        ("Jean-Luc has the diagram.", "Jean-Luc Moreau"),
        ("Sara hat es verstanden, aber noch nicht geübt.", "sara lind"),
        ("小明同学请读第三段。", "王 小明"),
        ("يا نور اقرئي الصفحة", "نور الحداد"),
        ("واجب ونور", "نور"),
        ("น้องมะลิทำข้อสาม", "มะลิ"),
        ("An, please read.", "An Nguyen"),
        ("Will mixes up thirds and sixths.", "Will Park"),
        ("Today Will was late.", "Will Park"),
        ("Iris still owes four exercises.", "Iris Cole"),
        ("May, do exercise four.", "May Chen"),
        ("May knows the rule.", "May Chen"),
        ("Sarah, you still owe me four exercises.", "Sara Lind"),
        ("Okay, Omer, please read.", "Omar Aziz"),
        ("What is a half, Nour?", "Noor Haddad"),
    ],
)
def test_a_student_is_found_by_any_part_of_the_name(text: str, name: str) -> None:
    assert named(text, name) == [[name]]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Will you read the next one?", "Will Park"),
        ("We will read the next one.", "Will Park"),
        ("Mark the answers on page twelve.", "Mark Stone"),
        ("The test is in May.", "May Chen"),
        ("Until May 5 we do fractions.", "May Chen"),
        ("So now we read an example.", "So An"),
        ("The iris is part of the eye.", "Iris Cole"),
        ("Leonard is in the book.", "Leo"),
        ("The rule of de Morgan", "Ana de Souza"),
        ("We lost page five.", "J. P."),
        ("Nothing is said of anybody.", "Sara Lind"),
        ("Then, do page twelve.", "Theo Lind"),
        ("Well, do page twelve.", "Will Park"),
        ("Mars is a planet.", "Mark Stone"),
        ("Sofia, please read.", "Sara Lind"),
    ],
)
def test_words_that_are_written_like_a_name_are_not_names(text: str, name: str) -> None:
    assert named(text, name) == []


def test_names_joined_by_and_are_one_mention() -> None:
    names = ("Noor Haddad", "Leo Fischer", "Ada Kim")
    assert named("Noor and Leo, read the dialogue.", *names) == [["Leo Fischer", "Noor Haddad"]]
    assert named("Noor, Leo and Ada read.", *names) == [["Ada Kim", "Leo Fischer", "Noor Haddad"]]
    assert named("Noor y Leo leen el diálogo.", *names) == [["Leo Fischer", "Noor Haddad"]]


def test_names_that_stand_apart_are_several_mentions() -> None:
    names = ("Noor Haddad", "Leo Fischer")
    assert named("Leo mixes up thirds, Noor does not.", *names) == [["Leo Fischer"], ["Noor Haddad"]]
    assert named("Noor, Leo needs help.", *names) == [["Noor Haddad"], ["Leo Fischer"]]


def test_a_full_name_tells_apart_those_who_share_a_part_of_it() -> None:
    names = ("Ana Silva", "Ana Costa")
    assert named("Ana Costa still owes an essay.", *names) == [["Ana Costa"]]
    assert named("Silva, please read.", *names) == [["Ana Silva"]]
    assert named("Ana still owes an essay.", *names) == [["Ana Costa", "Ana Silva"]]


def test_a_name_that_several_students_have_is_ambiguous() -> None:
    students = [ClassStudent(UUID(int=n), str(n), name) for n, name in enumerate(("Ana Silva", "Ana Costa"))]
    names = StudentNames(students)
    assert [mention.ambiguous for mention in names.mentions("Ana, please read. Ana Costa too.")] == [
        True,
        False,
    ]
    assert names.students("Ana Silva and Ana Costa read.") == {UUID(int=0), UUID(int=1)}
    assert not names.mentions("Ana Silva and Ana Costa read.")[0].ambiguous
