"""A page of a report: one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from tuneyard.compare.markup import text


def page(kind: str, name: str, extent: str, sections: Sequence[str]) -> str:
    """Return a whole HTML page.

    Args:
        kind: what the page is, e.g. ``tuneyard report``.
        name: its title.
        extent: what it is about, in a line.
        sections: as `markup.section` makes them; empty ones are left out.
    """
    shown = [part for part in sections if part]
    style = resources.files("tuneyard.compare").joinpath("report.css").read_text("utf-8")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en-GB"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # Nothing is loaded and nothing runs, even if an answer slipped through the escaping.
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="color-scheme" content="light dark">',
            f"<title>{text(name)} · {text(kind)}</title>",
            f"<style>\n{style}</style></head><body>",
            f"<header><p>{text(kind)}</p><h1>{text(name)}</h1><p>{text(extent)}</p></header>",
            _contents(shown),
            f"<main>{''.join(shown)}</main>",
            "</body></html>\n",
        ]
    )


def _contents(parts: list[str]) -> str:
    links = []
    for part in parts:
        identifier = part.split('id="', 1)[1].split('"', 1)[0]
        title = part.split("<h2>", 1)[1].split("</h2>", 1)[0]
        links.append(f'<a href="#{identifier}">{title}</a>')
    return f'<nav aria-label="Contents">{"".join(links)}</nav>'
