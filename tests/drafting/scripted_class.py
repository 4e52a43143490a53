"""Classes in a few lines: `T:` teaches, `A:` and `B:` learn; `... 12` is silence, in seconds."""

from benchmarks.drafting.planted import read
from domain.record.documentation import CheckOutcome, ClassRecord, Draft, Section, Statement
from drafting.extractive import ExtractiveEngine


def record(talk: str, *, course: str = "Mathematics", topics: str = "Adding fractions") -> ClassRecord:
    lines = "\n".join(line.strip() for line in talk.strip().splitlines())
    return read("talk", f"course: {course}\ntopics: {topics}\nset: seen\n---\n{lines}").record


async def drafted(talk: str, *, topics: str = "Adding fractions") -> Draft:
    return await ExtractiveEngine().draft(record(talk, topics=topics))


async def told(talk: str, section: Section, *, topics: str = "Adding fractions") -> list[str]:
    return [statement.text for statement in (await drafted(talk, topics=topics)).section(section)]


async def checks(talk: str) -> list[Statement]:
    return list((await drafted(talk)).section(Section.COMPREHENSION))


async def outcomes(talk: str) -> list[CheckOutcome | None]:
    return [check.outcome for check in await checks(talk)]
