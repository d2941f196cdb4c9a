"""The frame of all HTML reports: one file that needs nothing else, light and dark."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template

from core import __version__

DISCLAIMER = "A restored face shows what is likely, not what was there."


def html_page(
    title: str,
    lead: str,
    sections: list[str],
    *,
    style: str = "",
    script: str = "",
    made_by: str = f"Made by Heirloom {__version__}.",
    disclaimer: str = DISCLAIMER,
    language: str = "en",
) -> bytes:
    """A whole page.

    Args:
        title: Plain text.
        lead: HTML under the title.
        sections: HTML of each section; empty ones are left out.
        style: Style sheet of this report, after the one that all share.
        script: Script of this report.
        made_by: Plain text of the last line.
        disclaimer: What a reader must know, plain text.
        language: Code of the language that it is written in.
    """
    page = Template(resource("report.html")).substitute(
        style=resource("report.css") + style,
        script=script,
        title=escape(title),
        lead=lead,
        sections="\n".join(section for section in sections if section),
        foot=escape(f"{made_by} {disclaimer}"),
        language=escape(language),
    )
    # A file's name may hold bytes that are no text.
    return page.encode(errors="replace")


def resource(name: str) -> str:
    """A template, style sheet or script of the reports."""
    return (files("resources") / "reports" / name).read_text(encoding="utf-8")
