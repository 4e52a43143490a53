"""Class records from short scripts: `T:` is the instructor, `A:` and `B:` are students, `... 12` is 12 s of silence."""

from benchmarks.drafting.planted import read
from domain.record.documentation import CheckOutcome, ClassRecord, Draft, Section, Statement
from drafting.extractive import ExtractiveEngine


def record(script: str, *, course: str = "Mathematics", topics: str = "Adding fractions") -> ClassRecord:
    lines = "\n".join(line.strip() for line in script.strip().splitlines())
    return read("talk", f"course: {course}\ntopics: {topics}\nset: seen\n---\n{lines}").record


async def drafted(script: str, *, topics: str = "Adding fractions") -> Draft:
    return await ExtractiveEngine().draft(record(script, topics=topics))


async def section_texts(script: str, section: Section, *, topics: str = "Adding fractions") -> list[str]:
    return [statement.text for statement in (await drafted(script, topics=topics)).section(section)]


async def checks(script: str) -> list[Statement]:
    return list((await drafted(script)).section(Section.COMPREHENSION))


async def outcomes(script: str) -> list[CheckOutcome | None]:
    return [check.outcome for check in await checks(script)]
