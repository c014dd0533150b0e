"""The page in Chromium, from disk and with the network off: two languages and widths, no script, print, keyboard."""

import shutil
import subprocess

import pytest

from sim.analysis.comparison import compare_results
from sim.pages import report
from tests.browser.conftest import missing
from tests.report.conftest import province
from tests.results.futures import future

__all__ = ["province"]

LANGUAGES = ("en", "zh")
WIDTHS = (1280, 390)
# words that are drawn beyond the edge of their drawing, and so cut off
BEYOND = """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return frame.width === 0 ? [] : [...svg.querySelectorAll("text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 3 || box.right > frame.right + 4 || box.bottom > frame.bottom + 3;
  }).map(text => text.textContent);
})"""


@pytest.fixture(scope="session")
def pages(province, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    found = {lang: report.write(folder / f"{lang}.html", province, lang) for lang in LANGUAGES}
    made = {"baseline": 0.0, "first": -0.05, "second": 0.05}
    two = compare_results([future(folder / name, effect=effect) for name, effect in made.items()])
    found["one"] = report.write(folder / "one.html", province.baseline, "en")
    return found | {"two": report.write(folder / "two.html", two, "en")}


@pytest.fixture
def opened(browser, pages):
    """Opens a page and collects what it complains of and what it asks for."""
    contexts, faults = [], []

    def open_page(name, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else faults.append(asked.url))
        page.goto(pages[name].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("name", [*LANGUAGES, "one", "two"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_is_quiet_fits_its_width_and_shows_one_drawing_of_each(opened, chinese_font, name, width):
    page = opened(name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide, narrow = page.locator(".wide svg:visible").count(), page.locator(".narrow svg:visible").count()
    assert (wide > 0, narrow > 0) == (width > 700, width <= 700)
    assert page.evaluate(BEYOND) == []


@pytest.mark.parametrize("name", [*LANGUAGES, "one", "two"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(opened, axe, name, width):
    page = opened(name, width, bypass_csp=True)
    for state in ("closed", "open"):
        if state == "open":
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.add_script_tag(content=axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        told = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found["violations"]]
        assert told == [], state


def test_without_script_nothing_is_missing(opened):
    page = opened("en", java_script_enabled=False)
    assert page.locator("figure:visible").count() >= 6 and page.locator("button:visible").count() == 0
    assert page.locator("section").count() == 11


def test_an_address_that_is_malformed_is_taken_as_it_stands(opened):
    page = opened("two")
    page.goto(f"{page.url}#100%")
    page.reload()  # the script reads the address when the page is opened
    page.locator('button[data-only="first"]').click()
    assert page.locator(".dim").count() > 0


def test_one_policy_alone_is_kept_in_the_address(opened):
    page = opened("two")
    page.goto(f"{page.url}#winners&policy=second")
    dim = page.locator(".dim")
    assert dim.count() > 0 and set(dim.evaluate_all("all => all.map(one => one.dataset.policy)")) <= {"first", "baseline"}
    assert page.locator('button[data-only="second"]').get_attribute("aria-pressed") == "true"
    page.locator('button[data-only="first"]').click()
    assert page.evaluate("location.hash") == "#winners&policy=first"
    page.locator('button[data-only=""]').click()
    assert page.locator(".dim").count() == 0


@pytest.mark.parametrize("name", LANGUAGES)
def test_printed_it_is_whole(opened, name, tmp_path, chinese_font):
    if shutil.which("pdftotext") is None:
        missing("pdftotext is missing: apt-get install poppler-utils")
    page = opened(name)
    file = tmp_path / "page.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert {"en": "Who gains, who loses", "zh": "谁受益"}[name] in text
    assert {"en": "Lishui villages", "zh": "丽水农村"}[name] in text


def test_what_is_folded_away_is_printed(opened):
    page = opened("en")
    assert page.locator("details[open]").count() == 0
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_by_keyboard_alone(opened):
    """The first Tab reaches the link past the contents; a command can be unfolded and copied."""
    page = opened("en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#verdict"
    summary = page.locator("details.command summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.command[open] code").first.is_visible()
