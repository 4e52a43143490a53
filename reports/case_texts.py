"""What exceptions say of themselves in mails, by language; in English, what the kind of case itself says."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.cases.catalogue import CATALOGUE
from domain.cases.kinds import CaseKind, ExceptionKind
from reports.catalogue import supported_language
from reports.texts import cases_ar, cases_de, cases_es, cases_fr
from reports.texts.case_titles import TITLES

TEXTS: Mapping[str, Mapping[ExceptionKind, tuple[str, str]]] = {
    "ar": cases_ar.CASES,
    "de": cases_de.CASES,
    "es": cases_es.CASES,
    "fr": cases_fr.CASES,
}  # language to kind to what happened, and what to do


@dataclass(frozen=True)
class CaseTexts:
    title: str
    happened: str
    runbook: str


def case_texts(kind: CaseKind, language: str) -> CaseTexts:
    """The texts of a kind in the language nearest to this one; in English where there are none in it."""
    supported = supported_language(language)
    texts = TEXTS.get(supported, {}).get(kind.code)
    # A kind that only a later release knows has the code of another, and texts of its own.
    if texts is None or CATALOGUE.get(kind.code) is not kind:
        return CaseTexts(kind.title, kind.happened, kind.runbook.replace("`", ""))
    return CaseTexts(TITLES[supported][kind.code], *texts)
