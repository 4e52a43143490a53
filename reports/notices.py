"""Messages to people: one HTML and one text form of each, from the same context."""

from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from domain.documentation import Section
from domain.notices import NoticeKind, best_language
from reports.catalogue import LANGUAGES, SUBJECTS, WORDS
from reports.contexts import ClassContext, RenderedMessage

_html = Environment(
    loader=PackageLoader("reports"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
)
_text = Environment(
    loader=PackageLoader("reports"),
    autoescape=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}
_DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
}
_MAX_SUBJECT = 180


def render_notice(
    kind: NoticeKind, context: ClassContext, *, language: str, time_zone: str
) -> RenderedMessage:
    """`language` falls back to English; times are shown in `time_zone` (IANA) with the zone's name."""
    chosen = best_language(language, LANGUAGES)
    words = WORDS["en"] | WORDS[chosen]
    when = moment(context.starts_at, chosen, time_zone)
    values = {
        "kind": kind,
        "c": context,
        "w": words,
        "language": chosen,
        "when": when,
        "until": f"{context.ends_at.astimezone(ZoneInfo(time_zone)):%H:%M}",
        "zone": time_zone,
        "lead": words[kind].format(instructor=context.instructor),
        "by": words["with"].format(instructor=context.instructor),
        "footer": words["footer"].format(organization=context.organization),
        "sections": [
            (words[section], [s for s in context.statements if s.section == section])
            for section in Section
            if any(s.section == section for s in context.statements)
        ],
    }
    return RenderedMessage(
        subject=_one_line(SUBJECTS[chosen][kind].format(title=context.title, when=when)),
        html=_html.get_template("notice.html").render(values),
        text=_text.get_template("notice.txt").render(values),
    )


def moment(at: datetime, language: str, time_zone: str) -> str:
    local = at.astimezone(ZoneInfo(time_zone))
    day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
    return f"{day} {local.day} {month}, {local:%H:%M}"


def _one_line(subject: str) -> str:
    """A header is one line, whatever a title holds."""
    return " ".join(subject.split())[:_MAX_SUBJECT]
