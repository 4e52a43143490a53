"""The audience that the rule gives a statement, the warnings, and which statements a family reads."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.record.audience import EVERYBODY, STAFF, AudienceKind, StatementAudience, for_students
from domain.record.audience_rule import AudienceRule
from domain.record.documentation import Citation, Section, Statement, for_family
from domain.record.student_names import ClassStudent

pytestmark = pytest.mark.unit

NOOR, LEO, ADA = (
    ClassStudent(UUID(int=n), name.lower(), f"{name} {family}")
    for n, (name, family) in enumerate((("Noor", "Haddad"), ("Leo", "Fischer"), ("Ada", "Kim")))
)
BY_INSTRUCTOR, BY_NOOR, BY_LEO = (UUID(int=n) for n in range(10, 13))
SPEAKERS = {BY_INSTRUCTOR: "teacher", BY_NOOR: NOOR.identity, BY_LEO: LEO.identity}
RULE = AudienceRule((NOOR, LEO, ADA), SPEAKERS)


def says(
    text: str, *quotes: tuple[UUID, str], question: str | None = None, answer: str | None = None
) -> Statement:
    cited = tuple(Citation(key, quote) for key, quote in quotes)
    return Statement(Section.HOMEWORK, text, cited, question, answer)


@pytest.mark.parametrize(
    ("statement", "audience"),
    [
        (says("Do page twelve."), EVERYBODY),
        (says("Do page twelve.", (BY_INSTRUCTOR, "Do page twelve.")), EVERYBODY),
        (says("Leo mixes up thirds and sixths."), for_students([LEO.id])),
        (
            says("You still owe me four.", (BY_INSTRUCTOR, "Noor, you still owe me four.")),
            for_students([NOOR.id]),
        ),
        (says("Asked.", question="Leo, what is a half?"), for_students([LEO.id])),
        (says("Asked.", (BY_INSTRUCTOR, "What is a half?"), (BY_LEO, "Two.")), for_students([LEO.id])),
        (says("Asked.", (BY_INSTRUCTOR, "Noor, what is a half?"), (BY_LEO, "Two.")), for_students([LEO.id])),
        (says("Noor and Leo, read the dialogue."), for_students([NOOR.id, LEO.id])),
        (says("Read it.", (BY_INSTRUCTOR, "Noor and Leo, read it.")), for_students([NOOR.id, LEO.id])),
        (says("Leo mixes up thirds, Noor does not."), STAFF),
        (says("Noor helps Leo with page two."), STAFF),
        (says("Noor and Leo", (BY_LEO, "Two.")), STAFF),
        (says("Both answered.", (BY_LEO, "Two."), (BY_NOOR, "Three.")), STAFF),
        (says("Helped by Noor.", (BY_LEO, "Two.")), STAFF),
    ],
)
def test_a_statement_is_for_whom_it_is_about(statement: Statement, audience: StatementAudience) -> None:
    assert RULE.decide(statement) == audience


def test_a_name_that_two_students_have_is_left_to_staff() -> None:
    other = ClassStudent(UUID(int=5), "leo-2", "Leo Marsh")
    rule = AudienceRule((LEO, other), {})
    assert rule.decide(says("Leo still owes an essay.")) == STAFF
    assert rule.decide(says("Leo Marsh still owes an essay.")) == for_students([other.id])


TEXTS = st.lists(
    st.sampled_from(["Noor", "Leo", "Ada", "and", ",", "page", "twelve.", "owes", "Leo's"]), max_size=8
)


@given(TEXTS, st.sampled_from([NOOR, LEO, ADA]))
def test_no_family_reads_a_text_that_names_another_child_apart(
    words: list[str], student: ClassStudent
) -> None:
    """Property: what names a child is for that child's family, and for others only where they are named with it."""
    text = " ".join(words)
    audience = RULE.decide(says(text))
    named = {s.id for s in (NOOR, LEO, ADA) if s.name.split()[0] in text}
    if not named:
        assert audience == EVERYBODY
    elif audience.kind == AudienceKind.STUDENTS:
        assert set(audience.students) == named
    else:
        assert audience == STAFF
    if named and student.id not in named:
        assert not audience.includes([student.id])


def chosen(kind: AudienceKind, *students: UUID) -> StatementAudience:
    return StatementAudience(kind, students)


def warned(
    text: str, audience: StatementAudience, rule: AudienceRule = RULE
) -> list[tuple[int, tuple[UUID, ...]]]:
    statement = Statement(Section.PRACTISED, text, (), audience=audience)
    return [(warning.position, warning.students) for warning in rule.warnings([statement])]


def test_a_name_outside_the_audience_is_warned_of() -> None:
    text = "Leo mixes up thirds and sixths."
    assert warned(text, chosen(AudienceKind.EVERYBODY)) == [(1, (LEO.id,))]
    assert warned(text, chosen(AudienceKind.STUDENTS, NOOR.id)) == [(1, (LEO.id,))]
    assert warned(text, chosen(AudienceKind.STUDENTS, LEO.id)) == []
    assert warned(text, chosen(AudienceKind.STAFF)) == []
    assert warned("Thirds and sixths.", chosen(AudienceKind.EVERYBODY)) == []


def test_a_class_with_one_student_has_no_warnings() -> None:
    assert warned("Leo mixes up thirds.", chosen(AudienceKind.EVERYBODY), AudienceRule((LEO,), {})) == []


def test_an_audience_by_hand_names_students_of_the_class() -> None:
    assert RULE.check(chosen(AudienceKind.STUDENTS, LEO.id, LEO.id, NOOR.id)).students == (NOOR.id, LEO.id)
    assert RULE.check(chosen(AudienceKind.STAFF, LEO.id)).students == ()
    for wrong in (chosen(AudienceKind.STUDENTS), chosen(AudienceKind.STUDENTS, uuid4())):
        with pytest.raises(InvalidInput):
            RULE.check(wrong)


def test_a_family_reads_what_is_for_everybody_or_its_own_child() -> None:
    audiences = (
        EVERYBODY,
        for_students([NOOR.id]),
        for_students([LEO.id]),
        for_students([NOOR.id, LEO.id]),
        STAFF,
        None,
    )
    statements = tuple(
        Statement(Section.HOMEWORK, str(n), (), audience=one) for n, one in enumerate(audiences)
    )

    def read(*students: UUID) -> str:
        return "".join(statement.text for statement in for_family(statements, students))

    assert (read(NOOR.id), read(LEO.id), read(ADA.id), read(NOOR.id, LEO.id)) == ("013", "023", "0", "0123")
