"""How every mail is rendered: the two environments that its HTML and its text come from."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reports.contexts import RenderedMessage

_MAX_SUBJECT = 180


def one_line(value: Any) -> Any:
    """Whatever a title or a name holds, it opens no line of its own: not in a header, not among plain text."""
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
    """From the templates of this name, `.html` and `.txt`."""
    known = values | {"subject": one_line(subject)[:_MAX_SUBJECT]}
    return RenderedMessage(
        subject=known["subject"],
        html=_html.get_template(f"{template}.html").render(known),
        text=_text.get_template(f"{template}.txt").render(known).strip() + "\n",
    )
