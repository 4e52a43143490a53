"""Which statements the extractive engine writes, per section."""

import pytest

from domain.people.roles import Role
from domain.record.documentation import Citation, ClassRecord, Section
from drafting.extractive import ExtractiveEngine
from tests.drafting.scripted_class import drafted, record, section_texts

pytestmark = pytest.mark.unit


async def test_sentences_are_assigned_to_their_sections() -> None:
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


async def test_homework_in_two_utterances_is_one_statement_citing_both() -> None:
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
    "script",
    [
        "A: I did the homework, page thirty, questions one to six.",
        "T: There is no homework this week, because of your exam.",
        "T: Thank you for the homework, it was very good.",
        "T: Let's check the homework from last week together.",
        "T: Did you do your homework, Iris?\nA: I finished page four.",
        "O: My homework is to read chapter two until Friday.",
    ],
)
async def test_homework_that_was_not_set_is_not_drafted(script: str) -> None:
    assert not await section_texts(
        f"T: Today we look at fractions.\n{script}\nT: Good.\nT: Bye.", Section.HOMEWORK
    )


async def test_an_exercise_is_homework_only_at_the_end_of_the_class() -> None:
    script = "\n".join(
        [
            "T: Please do exercises one and two now, you have ten minutes.",
            *["T: That one is a fraction as well."] * 8,
            "T: Please do exercises three and four.",
        ]
    )

    assert await section_texts(script, Section.HOMEWORK) == ["Please do exercises three and four."]


async def test_next_steps_are_neither_topics_nor_homework() -> None:
    draft = await drafted("T: When we meet again, we'll talk about decimals.")

    assert [s.section for s in draft.statements] == [Section.NEXT_STEPS]


async def test_small_talk_is_left_out() -> None:
    draft = await drafted("""
        T: Hi, can you hear me? How was your weekend?
        A: We went to the lake.
        T: Lucky you, your brother must have loved it. I am sharing my screen now.
    """)

    assert draft.statements == ()


async def test_names_of_children_are_left_out_of_statements() -> None:
    """Families read about the class, not about other people's children."""
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


async def test_a_transcript_without_full_stops_is_drafted() -> None:
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


async def test_a_long_class_gives_few_statements() -> None:
    lesson = [f"T: Remember, the rule number {n} is called rule {n} of fractions." for n in range(200)]
    asked = [f"T: What is {n} plus {n}?\nA: {2 * n}.\nT: Exactly." for n in range(40)]

    draft = await drafted("\n".join([*lesson, *asked]))

    assert len(draft.section(Section.PRACTISED)) <= 8
    assert len(draft.section(Section.COMPREHENSION)) == 15


async def test_of_too_many_checks_those_not_understood_are_kept() -> None:
    right = [f"T: What is {n} plus {n}?\nA: {2 * n}.\nT: Exactly." for n in range(20)]

    draft = await drafted(
        "\n".join([*right, "T: What is one half plus one half?", "A: A quarter.", "T: Not quite."])
    )

    assert draft.section(Section.COMPREHENSION)[-1].answer == "A quarter."


async def test_a_repeated_sentence_gives_one_statement() -> None:
    script = "T: Today we work on adding fractions.\nT: So, today we work on adding fractions."

    assert len(await section_texts(script, Section.TOPICS)) == 1


async def test_a_speaker_without_a_role_is_not_quoted() -> None:
    known = record("T: Today we work on adding fractions.")
    strangers = ClassRecord(known.course, known.topics, known.utterances, {})

    assert not (await ExtractiveEngine().draft(strangers)).statements
    assert (await ExtractiveEngine().draft(known)).statements


async def test_quotes_are_verbatim() -> None:
    spoken = record("T: Um, well,  you know, remember,  the rule is called   cross multiplying.  Bye.")

    (statement,) = (await ExtractiveEngine().draft(spoken)).statements

    (utterance,) = spoken.utterances
    assert statement.citations == (
        Citation(utterance.id, "Um, well,  you know, remember,  the rule is called   cross multiplying."),
    )
    assert spoken.roles["T"] == Role.INSTRUCTOR
