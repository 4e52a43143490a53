"""The text of a statement in a reader's language."""

from collections.abc import Mapping
from uuid import UUID

from domain.record.audience import AudienceKind
from domain.record.documentation import Statement, says_its_check
from reports.catalogue import words_in
from reports.directions import isolated
from reports.moments import listed


def statement_text(statement: Statement, language: str) -> str:
    """The statement as families read it; a comprehension check is put into words in their language."""
    return (
        check_text(statement.question, statement.answer, language)
        if statement.question and says_its_check(statement)
        else statement.text
    )


def check_text(question: str, answer: str | None, language: str) -> str:
    words = words_in(language)
    return words.fill("check_answered" if answer else "check_unanswered", question=question, answer=answer)


def check_templates(language: str) -> dict[str, str]:
    """The sentences of `check_text` with placeholders `{question}` and `{answer}`, for scripts."""
    words = words_in(language)
    return {"answered": words["check_answered"], "unanswered": words["check_unanswered"]}


def with_names(text: str, statement: Statement, names: Mapping[UUID, str], language: str) -> str:
    """The text after the names of the students whom it is for; unchanged if it is for all of `names`."""
    own = names_of(statement, names)
    return f"{listed(own, language)}: {isolated(text, language)}" if own else text


def names_of(statement: Statement, names: Mapping[UUID, str]) -> list[str]:
    """The names of the students whom a statement is for.

    Empty if it names them itself, or is for all of `names` or for none.
    """
    audience = statement.audience
    if audience is None or audience.kind != AudienceKind.STUDENTS:
        return []
    own = [name for student, name in names.items() if student in audience.students]
    return own if len(own) < len(names) and not all(_stands_in(statement.text, name) for name in own) else []


def _stands_in(text: str, name: str) -> bool:
    """Whether the text calls somebody by the first part of the name."""
    return name.split()[0].casefold() in text.casefold()
