"""Renders a mail from its HTML and its text template."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from reports.contexts import RenderedMessage
from reports.directions import direction_of, isolated

_MAX_SUBJECT = 180


def one_line(value: Any) -> Any:
    """The text on one line, so that a title or a name cannot add a header or a line of plain text."""
    return " ".join(value.split()) if isinstance(value, str) else value


@pass_context
def _isolated(context: Context, value: str) -> str:
    """The value, kept from reordering the text around it in the mail's language."""
    return isolated(value, context["language"])


_html = Environment(
    loader=PackageLoader("reports"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_text = Environment(
    loader=PackageLoader("reports"),
    autoescape=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=one_line,
)

for _environment in (_html, _text):
    _environment.filters["isolated"] = _isolated


def render(template: str, subject: str, values: dict[str, Any]) -> RenderedMessage:
    """Render `{template}.html` and `{template}.txt` with these values."""
    direction = direction_of(values["language"])
    context = values | {
        "subject": one_line(subject)[:_MAX_SUBJECT],
        "direction": direction,
        "start": "right" if direction == "rtl" else "left",
    }
    return RenderedMessage(
        subject=context["subject"],
        html=_html.get_template(f"{template}.html").render(context),
        text=_text.get_template(f"{template}.txt").render(context).strip() + "\n",
    )
