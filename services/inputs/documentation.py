"""Inputs that revise documentation, approve it or request changes."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.record.documentation import Statement
from services.inputs.fields import Schema, Text

_MAX_REVISION = 1_000_000
_MAX_TEXT = 2_000  # characters of a text, a question, an answer
_MAX_QUOTE = 5_000
_MAX_CITATIONS = 50


def _of_moderate_length(statement: Statement) -> Statement:
    limits = {
        "the text": (len(statement.text), _MAX_TEXT),
        "the question": (len(statement.question or ""), _MAX_TEXT),
        "the answer": (len(statement.answer or ""), _MAX_TEXT),
        "a quote": (max((len(one.quote) for one in statement.citations), default=0), _MAX_QUOTE),
    }
    for name, (length, limit) in limits.items():
        if length > limit:
            raise PydanticCustomError(
                "statement_too_long",
                "Must be shorter: {name} may have {limit} characters",
                {"name": name, "limit": limit},
            )
    if len(statement.citations) > _MAX_CITATIONS:
        raise PydanticCustomError(
            "too_many_citations", "Must cite at most {limit} utterances", {"limit": _MAX_CITATIONS}
        )
    return statement


StatementIn = Annotated[Statement, AfterValidator(_of_moderate_length)]
"""A statement of a length that a person reads."""


Revision = Annotated[int, Field(ge=1, le=_MAX_REVISION)]


class RevisionIn(Schema):
    statements: list[StatementIn] = Field(max_length=200)
    based_on: int = Field(ge=0, le=_MAX_REVISION, description="The revision the change was made from.")
    reason: Text = Field("", max_length=1000)


class Decision(Schema):
    revision: Revision


class ChangesWanted(Decision):
    reason: Text = Field(min_length=1, max_length=1000)
