"""One part of the page: what was found, the drawing that shows it, and how to read it."""

from __future__ import annotations

from markupsafe import Markup


def figure(heading: str, what: str, drawn: str) -> str:
    """A figure: its finding, the drawing, and how to read it."""
    return str(Markup('<h3>{}</h3>{}<p class="what">{}</p>').format(heading, Markup(drawn), what))
