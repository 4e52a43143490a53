"""Comprehension checks: asked by the instructor, answered by a student, judged by the instructor."""

import pytest

from domain.record.documentation import CheckOutcome
from tests.drafting.talk import checks, outcomes

pytestmark = pytest.mark.unit

C = CheckOutcome


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        ("Exactly, well done.", C.CORRECT),
        ("Yes. And what follows from that is simple.", C.CORRECT),
        ("Three quarters, yes.", C.CORRECT),
        ("So it is three quarters.", C.CORRECT),  # says the answer again
        ("Lovely, that's right, no mistake at all.", C.CORRECT),
        ("Not quite.", C.INCORRECT),
        ("No, look again.", C.INCORRECT),
        ("Careful! Python starts counting at zero.", C.INCORRECT),
        ("Hmm, try the opposite.", C.INCORRECT),
        ("Almost. One more step.", C.PARTLY),
        ("Good start. And now?", C.PARTLY),
        ("You're on the right track.", C.PARTLY),
        ("Yes, but there is more to it.", C.PARTLY),
        ("No problem, we come back to the fractions.", C.UNCLEAR),
        ("The next one is on the board.", C.UNCLEAR),
    ],
)
async def test_the_outcome_is_what_the_instructor_says_first(verdict: str, outcome: CheckOutcome) -> None:
    asked = "T: Now the fractions.\nT: What are the fractions one half and one quarter together?"

    assert await outcomes(f"{asked}\nA: Three quarters.\nT: {verdict}") == [outcome]


async def test_a_check_cites_question_answer_and_verdict() -> None:
    (check,) = await checks("T: What is one half plus one quarter?\nA: Three quarters.\nT: Exactly.")

    assert [citation.quote for citation in check.citations] == [
        "What is one half plus one quarter?",
        "Three quarters.",
        "Exactly.",
    ]
    assert check.text == "Asked “What is one half plus one quarter?”, the answer was “Three quarters.”"


@pytest.mark.parametrize(
    "talk",
    [
        "T: What is one half plus one quarter?\n... 8\nT: It is three quarters.",
        "T: What is one half plus one quarter?\nA: I don't know.\nT: It is three quarters.",
        "T: What is one half plus one quarter?\n... 120\nA: Sorry, I was away.\nT: No worries.",
    ],
)
async def test_silence_and_not_knowing_are_no_answer(talk: str) -> None:
    assert await outcomes(talk) == [C.UNANSWERED]


async def test_thinking_for_half_a_minute_is_not_silence() -> None:
    assert await outcomes("T: What is one half plus one quarter?\n... 40\nA: Three quarters.\nT: Yes.") == [
        C.CORRECT
    ]


@pytest.mark.parametrize(
    "question",
    [
        "Can you hear me?",
        "Can you all see the picture?",
        "How was your weekend?",
        "Any questions?",
        "Anything else?",
        "Is that clear?",
        "Are you still there?",
        "Did you do your homework?",
        "Before that, did everything work with the upload?",
        "Would you like to read yours?",
        "Finn, would you read the first paragraph?",
        "Could you share your screen?",
        "Who has heard that word before?",
        "Shall we go on?",
        "Do you have a pencil?",
        "How are we doing?",
    ],
)
async def test_questions_about_the_meeting_are_no_checks(question: str) -> None:
    assert not await checks(f"T: Now the fractions.\nT: {question}\nA: Yes.\nT: Great, well done.")


@pytest.mark.parametrize(
    "question", ["Can you tell me what a denominator is?", "Explain what a denominator is."]
)
async def test_asking_to_explain_is_a_check(question: str) -> None:
    talk = f"T: There is a denominator in every fraction.\nT: {question}\nA: The number below.\nT: Exactly."

    assert await outcomes(talk) == [C.CORRECT]


async def test_what_the_instructor_answers_alone_is_no_check() -> None:
    assert not await checks("""
        T: Do you know what they did with the fraction? They turned it around. Then they multiplied both.
        A: Cool.
        T: Very good.
    """)


async def test_the_question_that_was_answered_is_the_last_one() -> None:
    (check,) = await checks("""
        T: What is a half? What is a half of one half?
        A: A quarter.
        T: Exactly.
    """)

    assert check.question == "What is a half of one half?"


async def test_a_hint_belongs_to_the_question_it_helps_with() -> None:
    (check,) = await checks("""
        T: What is two times x plus four?
        A: Two x plus four.
        T: Almost. What about the four?
        A: Two x plus eight.
        T: Exactly.
    """)

    assert (check.answer, check.outcome) == ("Two x plus four.", C.PARTLY)


async def test_when_the_hint_has_helped_the_next_question_is_a_new_one() -> None:
    assert await outcomes("""
        T: What is two times x plus four?
        A: Two x plus four.
        T: Almost. What about the four?
        A: Two x plus eight.
        T: Exactly. What is three times x?
        B: Three x.
        T: Perfect.
    """) == [C.PARTLY, C.CORRECT]


async def test_the_question_why_belongs_to_the_answer_it_asks_about() -> None:
    (check,) = await checks("""
        T: Is one half more than one quarter?
        A: Yes, it is more.
        T: Why do you think so?
        A: Because there are fewer parts.
        T: Correct.
    """)

    assert (check.question, check.outcome) == ("Is one half more than one quarter?", C.CORRECT)


async def test_asking_for_something_off_the_subject_is_no_check() -> None:
    assert not await checks(
        "T: Now the fractions.\nT: Describe it, since we cannot see you.\nA: A bike.\nT: Super."
    )


async def test_another_student_is_asked_another_question() -> None:
    assert await outcomes("""
        T: What is one half of two?
        A: Two.
        T: Not quite. Ravi, what is it?
        B: One.
        T: Perfect.
    """) == [C.INCORRECT, C.CORRECT]


async def test_questions_of_students_are_no_checks() -> None:
    assert not await checks(
        "A: What is a denominator?\nT: The number below.\nA: Exactly what I thought.\nT: Good."
    )


async def test_an_observer_neither_asks_nor_answers() -> None:
    (check,) = await checks("""
        O: What is one half?
        A: A part.
        T: Good. What is one quarter?
        O: A smaller part.
        B: One of four.
        T: Yes.
    """)

    assert check.answer == "One of four."


async def test_chatter_that_gets_no_verdict_is_no_check() -> None:
    assert not await checks("T: What was the water like?\nA: Freezing.\nT: Oh nice. Let us begin.")
