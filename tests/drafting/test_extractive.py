"""What the extractive engine tells of a class."""

import pytest

from domain.people.roles import Role
from domain.record.documentation import Citation, ClassRecord, Section
from drafting.extractive import ExtractiveEngine
from tests.drafting.talk import drafted, record, told

pytestmark = pytest.mark.unit


async def test_a_section_holds_what_was_said_of_it() -> None:
    draft = await drafted("""
        T: Hello everybody. Today we work on adding fractions.
        T: Remember, you need to find a common denominator first.
        T: For homework, please do page twelve until Thursday.
        T: Next time we will subtract fractions.
    """)

    assert [(s.section, s.text) for s in draft.statements] == [
        (Section.TOPICS, "Today we work on adding fractions."),
        (Section.PRACTISED, "Remember, you need to find a common denominator first."),
        (Section.HOMEWORK, "For homework, please do page twelve until Thursday."),
        (Section.NEXT_STEPS, "Next time we will subtract fractions."),
    ]
    assert draft.engine == "extractive"


async def test_homework_told_in_two_utterances_is_one_statement_that_cites_both() -> None:
    draft = await drafted("""
        T: Your homework is to draw a leaf.
        A: A green one?
        T: Please bring it with you on Wednesday.
    """)

    (homework,) = draft.section(Section.HOMEWORK)
    assert homework.text == "Your homework is to draw a leaf. Please bring it with you on Wednesday."
    assert [citation.quote for citation in homework.citations] == [
        "Your homework is to draw a leaf.",
        "Please bring it with you on Wednesday.",
    ]


@pytest.mark.parametrize(
    "talk",
    [
        "A: I did the homework, page thirty, questions one to six.",
        "T: There is no homework this week, because of your exam.",
        "T: Thank you for the homework, it was very good.",
        "T: Let's check the homework from last week together.",
        "T: Did you do your homework, Iris?\nA: I finished page four.",
        "O: My homework is to read chapter two until Friday.",
    ],
)
async def test_nobody_is_told_homework_that_was_not_set(talk: str) -> None:
    assert not await told(f"T: Today we look at fractions.\n{talk}\nT: Good.\nT: Bye.", Section.HOMEWORK)


async def test_an_exercise_done_in_class_is_no_homework_and_one_given_at_the_end_is() -> None:
    talk = "\n".join(
        [
            "T: Please do exercises one and two now, you have ten minutes.",
            *["T: That one is a fraction as well."] * 8,
            "T: Please do exercises three and four.",
        ]
    )

    assert await told(talk, Section.HOMEWORK) == ["Please do exercises three and four."]


async def test_what_comes_next_is_neither_topic_nor_homework() -> None:
    draft = await drafted("T: When we meet again, we'll talk about decimals.")

    assert [s.section for s in draft.statements] == [Section.NEXT_STEPS]


async def test_greetings_and_chatter_are_not_taught() -> None:
    draft = await drafted("""
        T: Hi, can you hear me? How was your weekend?
        A: We went to the lake.
        T: Lucky you, your brother must have loved it. I am sharing my screen now.
    """)

    assert draft.statements == ()


async def test_the_name_of_a_child_is_left_out_of_what_is_told() -> None:
    """Families read of the class, not of other people's children."""
    draft = await drafted("""
        T: Today we add fractions.
        T: Ella, what is one half plus one quarter?
        A: Three quarters.
        T: Right. What is a denominator, Ravi?
        B: The number below.
        T: Exactly.
    """)

    assert "Ella" not in str([s.text for s in draft.statements])
    assert "Ravi" not in str([s.text for s in draft.statements])
    assert [s.question for s in draft.section(Section.COMPREHENSION)] == [
        "What is one half plus one quarter?",
        "What is a denominator?",
    ]


async def test_a_class_without_full_stops_is_read_all_the_same() -> None:
    draft = await drafted("""
        T: today's lesson is about fractions
        T: lena what is one half plus one quarter
        A: three quarters
        T: perfect
        T: for homework watch the film
        T: it's due on tuesday
    """)

    assert [s.section for s in draft.statements] == [Section.TOPICS, Section.COMPREHENSION, Section.HOMEWORK]
    assert draft.section(Section.HOMEWORK)[0].text == "For homework watch the film. It's due on tuesday."


async def test_a_long_class_is_told_in_few_statements() -> None:
    lesson = [f"T: Remember, the rule number {n} is called rule {n} of fractions." for n in range(200)]
    asked = [f"T: What is {n} plus {n}?\nA: {2 * n}.\nT: Exactly." for n in range(40)]

    draft = await drafted("\n".join([*lesson, *asked]))

    assert len(draft.section(Section.PRACTISED)) <= 8
    assert len(draft.section(Section.COMPREHENSION)) == 15


async def test_of_too_many_checks_those_not_yet_understood_are_told() -> None:
    right = [f"T: What is {n} plus {n}?\nA: {2 * n}.\nT: Exactly." for n in range(20)]

    draft = await drafted(
        "\n".join([*right, "T: What is one half plus one half?", "A: A quarter.", "T: Not quite."])
    )

    assert draft.section(Section.COMPREHENSION)[-1].answer == "A quarter."


async def test_a_repeated_sentence_is_told_once() -> None:
    talk = "T: Today we work on adding fractions.\nT: So, today we work on adding fractions."

    assert len(await told(talk, Section.TOPICS)) == 1


async def test_a_speaker_without_a_role_teaches_nothing() -> None:
    known = record("T: Today we work on adding fractions.")
    strangers = ClassRecord(known.course, known.topics, known.utterances, {})

    assert not (await ExtractiveEngine().draft(strangers)).statements
    assert (await ExtractiveEngine().draft(known)).statements


async def test_a_quote_is_the_sentence_as_it_stands_in_the_utterance() -> None:
    spoken = record("T: Um, well,  you know, remember,  the rule is called   cross multiplying.  Bye.")

    (statement,) = (await ExtractiveEngine().draft(spoken)).statements

    (utterance,) = spoken.utterances
    assert statement.citations == (
        Citation(utterance.id, "Um, well,  you know, remember,  the rule is called   cross multiplying."),
    )
    assert spoken.roles["T"] == Role.INSTRUCTOR
