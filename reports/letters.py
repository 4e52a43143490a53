"""Renders a mail from its HTML and its text template."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reports.contexts import RenderedMessage

_MAX_SUBJECT = 180


def one_line(value: Any) -> Any:
    """The text on one line, so that a title or a name cannot add a header or a line of plain text."""
    return " ".join(value.split()) if isinstance(value, str) else value


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


def render(template: str, subject: str, values: dict[str, Any]) -> RenderedMessage:
    """Render `{template}.html` and `{template}.txt` with these values."""
    context = values | {"subject": one_line(subject)[:_MAX_SUBJECT]}
    return RenderedMessage(
        subject=context["subject"],
        html=_html.get_template(f"{template}.html").render(context),
        text=_text.get_template(f"{template}.txt").render(context).strip() + "\n",
    )
