"""Text with markup in it, and a look at whether a page takes it for markup."""

from html.parser import HTMLParser

MARKUP = """<b onclick="x">{}</b><img src=x onerror='x'>"'&amp;{{{{ 7 * 7 }}}}"""


def marked(text: str) -> str:
    return MARKUP.format(text)


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.shown = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.shown += " ".join(value or "" for _, value in attrs)

    def handle_data(self, data: str) -> None:
        self.shown += data


def check(text: str, *texts: str) -> Page:
    page = Page(text)
    assert page.handlers == []
    assert "b" not in page.tags
    for one in texts:
        assert marked(one) in page.shown, one
    return page
