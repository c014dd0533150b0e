"""The dashboard as people use it, in a browser: a whole path, by keyboard alone, in both languages, wide and narrow."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.dashboard.conftest import BASELINE, OPEN
from tests.test_end_to_end import ROOT

WAIT = 60_000  # milliseconds: a busy machine compiles for long
LONG = OPEN + "years: {to: 200}\nrun: {replicates: 500}\n"
ONE_OF_MANY = re.compile(r"run \d+ of 500")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("valley")
    (folder / "baseline.yaml").write_text(BASELINE, encoding="utf-8")
    (folder / "open.yaml").write_text(OPEN, encoding="utf-8")
    return folder


@contextmanager
def served(file):
    """The dashboard of a file, as the command serves it: its address."""
    command = [sys.executable, "-m", "sim", "dashboard", str(file), "--no-open"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as program:
        try:
            yield program.stdout.readline().strip()
        finally:
            program.kill()


@pytest.fixture(scope="module")
def address(folder):
    with served(folder / "open.yaml") as found:
        yield found


@pytest.fixture
def view(browser, address, folder):
    """Opens the page with the file as it was at first; at the end nothing was complained of or asked of others."""
    complaints, opened = [], []
    (folder / "open.yaml").write_text(OPEN, encoding="utf-8")
    base = f"http://{urlsplit(address).netloc}"

    def asked(route):
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            complaints.append(f"asked of {route.request.url}")
            route.abort()

    def open_page(lang="en", width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        opened.append(context)
        context.set_default_timeout(WAIT)
        context.route("**/*", asked)
        page = context.new_page()
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#verdict-of-text[class]")  # of whatever was left unsaved before
        page.goto("about:blank")
        page.request.post(f"{base}/stop", headers={"Origin": base})
        page.request.post(f"{base}/reread", headers={"Origin": base})
        page.goto(f"{base}/?lang={lang}")
        page.wait_for_selector("#verdict-of-text.sound")
        return page

    yield open_page
    for context in opened:
        context.close()
    assert [one for one in complaints if "status of 409" not in one and "status of 422" not in one] == []


def text_of(page):
    return page.input_value("#text")


def drawn(page):
    page.wait_for_selector("#curve svg", state="attached")  # a page that was just opened has not begun yet
    page.wait_for_selector("#stop[disabled]")


def headline_is_not(page, words):
    page.wait_for_function("words => document.getElementById('headline').innerText !== words", arg=words)


def assert_accessible(page, axe, where):
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html)]))")
    assert found == [], where


def test_a_persons_path(view, folder):
    page, file = view(), folder / "open.yaml"
    drawn(page)
    assert page.locator(".slider").count() == 3

    page.fill("#text", OPEN.replace("cut: ", "cutt: "))
    page.wait_for_selector("#verdict-of-text.wrong")
    assert page.locator("#lines .fault").all_inner_texts() == ["7"]
    assert 'Did you mean "cut"' in page.inner_text("#faults li") and page.is_disabled("#run")
    page.click("#faults button")
    start = page.evaluate("document.getElementById('text').selectionStart")
    assert OPEN[:start].count("\n") == 6, "it leads to the seventh line"

    page.fill("#text", OPEN)
    page.wait_for_selector("#verdict-of-text.sound")
    page.uncheck("#auto")
    drag(page, "slider-0", 0.5)
    page.wait_for_selector("#verdict-of-text.sound")
    changed = text_of(page)
    value = float(changed.partition("cut: ")[2].split()[0])
    assert value == pytest.approx(0.5, abs=0.06)
    assert changed == OPEN.replace("cut: 0.80", f"cut: {value:g}"), "comments and all else live on"
    assert page.inner_text("#kept") == "Not saved." and file.read_text(encoding="utf-8") == OPEN

    page.fill("#text", changed + "years: {to: 200}\nrun: {replicates: 500}\n")
    page.wait_for_selector("#slider-4")
    page.click("#run")
    page.wait_for_selector("#stop:not([disabled])")
    page.get_by_text(ONE_OF_MANY).wait_for()
    page.click("#stop")
    page.wait_for_selector("#stop[disabled]")
    assert page.inner_text("#pace").startswith("stopped") and page.inner_text("#headline")

    page.fill("#text", changed)
    page.wait_for_selector("#slider-3", state="detached")
    page.click("#run")
    drawn(page)
    page.get_by_text("2 of 2 runs done").wait_for()
    assert page.inner_text("#headline").startswith("year 6: ")
    page.click("#save")
    page.get_by_text("Saved.", exact=True).wait_for()
    assert file.read_bytes() == changed.encode()
    page.reload()
    page.wait_for_selector("#verdict-of-text.sound")
    assert text_of(page) == changed and page.inner_text("#kept") == "As in the file."


def drag(page, name, share):
    """Drag the thumb of a slider with the mouse to a share of its way."""
    slider = page.locator(f"#{name}")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    now = float(slider.input_value()) / float(slider.get_attribute("max"))
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8 + now * (box["width"] - 16), middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), middle, steps=8)
    page.mouse.up()


def test_dragging_runs_and_the_last_value_is_what_is_drawn(view):
    page = view()
    drawn(page)
    before = page.inner_text("#headline")
    drag(page, "slider-0", 0.1)
    headline_is_not(page, before)  # a run may begin and end between two looks at it: only what it leaves can be waited for
    drawn(page)
    page.get_by_text("2 of 2 runs done").wait_for()
    again = page.inner_text("#headline")
    page.click("#run")
    drawn(page)
    page.get_by_text("2 of 2 runs done").wait_for()
    assert page.inner_text("#headline") == again, "the same text, the same numbers"


def test_a_file_changed_meanwhile_is_told_of_and_not_written_over(view, folder):
    page, file = view(), folder / "open.yaml"
    page.fill("#text", OPEN.replace("0.80", "0.30"))
    theirs = OPEN.replace("0.80", "0.99")
    file.write_text(theirs, encoding="utf-8")
    page.click("#save")
    page.get_by_text("was changed by another program").wait_for()
    assert file.read_text(encoding="utf-8") == theirs
    page.get_by_role("button", name="Take the text of the file").click()
    page.wait_for_selector("#told:empty", state="attached")
    assert text_of(page) == theirs
    page.fill("#text", OPEN.replace("0.80", "0.30"))
    file.write_text(OPEN, encoding="utf-8")
    page.click("#save")
    page.get_by_role("button", name="Write over it").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert file.read_text(encoding="utf-8") == OPEN.replace("0.80", "0.30")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_state_fits_and_is_accessible_in_both_languages_and_widths(view, folder, axe, chinese_font, lang, width):
    page = view(lang, width, reduced_motion="reduce")
    drawn(page)
    assert page.get_attribute("html", "lang") == {"en": "en", "zh": "zh-CN"}[lang]
    assert_accessible(page, axe, "drawn")
    assert_fits(page, width)
    shown, hidden = ("wide", "narrow") if width > 700 else ("narrow", "wide")
    assert page.locator(f"#curve .{shown}").is_visible() and not page.locator(f"#curve .{hidden}").is_visible()
    page.select_option("#measure", "population")
    page.locator("#curve h3").get_by_text({"en": "Population", "zh": "人口"}[lang]).wait_for()
    assert_fits(page, width)
    page.fill("#text", OPEN.replace("cut: 0.80", "cut: 8").replace("from: 2", "form: 2"))
    page.wait_for_selector("#verdict-of-text.wrong")
    assert page.locator("#faults li > span").evaluate_all("all => all.map(one => one.lang)") == [lang, lang]
    assert_accessible(page, axe, "faults")
    assert_fits(page, width)
    page.fill("#text", "title: [")
    page.wait_for_selector("#faults li")
    assert_accessible(page, axe, "cut off")
    (folder / "open.yaml").write_text(OPEN + "# theirs\n", encoding="utf-8")
    page.click("#save")
    page.wait_for_selector("#told button")
    assert_accessible(page, axe, "conflict")
    assert_fits(page, width)
    page.get_by_role("link", name={"en": "简体中文", "zh": "English"}[lang]).click()
    page.wait_for_selector({"en": "html[lang^=zh]", "zh": "html[lang=en]"}[lang])
    assert text_of(page) == "title: [", "what is not saved survives another language"
    assert page.locator("#told button").count() == 2, "and so does what is still to be decided"


def assert_fits(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.className || document.activeElement.tagName")


def test_by_keyboard_alone(view, folder):
    page = view()
    drawn(page)
    page.reload()
    drawn(page)
    way = []
    for _ in range(14):
        page.keyboard.press("Tab")
        way.append(focused(page))
        visible = page.evaluate(
            """() => {
              const one = document.activeElement, style = getComputedStyle(one.id === "text" ? one.parentElement : one);
              return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            }"""
        )
        assert visible, f"the focus on {way[-1]} can be seen"
        if way[-1] == "measure":
            break
    ways = ["skip", "language", "run", "save", "auto", "text", "slider-0", "slider-1", "slider-2", "baseline", "measure"]
    assert [one for one in way if one != "left"] == ways
    page.focus("#auto")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab") if focused(page) == "left" else None
    assert focused(page) == "text"
    page.keyboard.press("Control+End")
    page.keyboard.type("years: {to: 200}\nrun: {replicates: 500}\n")
    page.wait_for_selector("#slider-4")
    page.focus("#slider-0")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert "cut: 0.78 " in text_of(page)
    page.wait_for_selector("#verdict-of-text.sound")
    page.keyboard.press("Control+Enter")
    page.get_by_text(ONE_OF_MANY).wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("stopped").wait_for()
    page.keyboard.press("Control+s")
    page.get_by_text("Saved.", exact=True).wait_for()
    assert (folder / "open.yaml").read_text(encoding="utf-8") == LONG.replace("0.80", "0.78")


@pytest.fixture
def alone(browser, tmp_path):
    """A browser that opens, in a page of its own, a file that nobody else serves."""
    (tmp_path / "baseline.yaml").write_text(BASELINE, encoding="utf-8")
    file = tmp_path / "alone.yaml"
    file.write_text(OPEN, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT)
    yield context, file
    context.close()


def opened(context, address):
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#verdict-of-text[class]")
    return page


def left_unsaved(context, file):
    """Type a text and leave the page without saving it, and the program too; returns the text."""
    mine = OPEN.replace("0.80", "0.35")
    with served(file) as address:
        page = opened(context, address)
        page.fill("#text", mine)
        page.wait_for_selector("#verdict-of-text.sound")
        page.close()
    return mine


def test_what_was_not_saved_outlives_the_program_and_is_offered(alone, axe):
    context, file = alone
    mine = left_unsaved(context, file)
    with served(file) as address:
        page = opened(context, address)
        assert text_of(page) == OPEN, "what stands in the file is shown until somebody decides"
        assert page.inner_text("#told p").endswith("that was not saved.")
        assert_accessible(page, axe, "offered")
        page.get_by_role("button", name="Go on with it").click()
        assert text_of(page) == mine and focused(page) == "text" and page.inner_text("#kept") == "Not saved."
        page.close()
    file.write_text(OPEN + "# theirs\n", encoding="utf-8")
    with served(file) as address:
        page = opened(context, address)
        page.fill("#text", OPEN + "# more\n")
        page.get_by_text("The file was changed since.").wait_for()
        page.reload()
        page.get_by_role("button", name="Go on with it").click()
        assert text_of(page) == mine, "what was typed meanwhile did not take its place"
        page.click("#save")
        page.get_by_text("Saved.", exact=True).wait_for()
        assert file.read_text(encoding="utf-8") == mine
        page.reload()
        page.wait_for_selector("#verdict-of-text.sound")
        assert page.locator("#told p").count() == 0, "what is saved is offered no more"
        page.fill("#text", OPEN)
        page.close()
    with served(file) as address:
        page = opened(context, address)
        page.get_by_role("button", name="Throw it away").click()
        assert text_of(page) == mine
        page.reload()
        page.wait_for_selector("#verdict-of-text.sound")
        assert page.locator("#told p").count() == 0
    assert file.read_text(encoding="utf-8") == mine


def test_what_is_offered_is_offered_again_once_something_else_was_decided(alone):
    context, file = alone
    mine = left_unsaved(context, file)
    with served(file) as address:
        page = opened(context, address)
        page.get_by_role("button", name="Go on with it").wait_for()
        file.write_text(OPEN + "# theirs\n", encoding="utf-8")
        page.fill("#text", OPEN + "# more\n")
        page.click("#save")
        page.get_by_role("button", name="Take the text of the file").click()
        page.get_by_text("The file was changed since.").wait_for()
        page.get_by_role("button", name="Go on with it").click()
        assert text_of(page) == mine


def test_a_browser_that_keeps_nothing_warns_before_the_page_is_left(alone):
    context, file = alone
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    with served(file) as address:
        page = opened(context, address)
        page.click("#text")
        page.keyboard.type("# ")
        with page.expect_event("dialog") as told:
            page.close(run_before_unload=True)
        assert told.value.type == "beforeunload"
        told.value.accept()


@pytest.mark.parametrize(("lang", "width", "said"), [("en", 1280, "as observed"), ("zh", 390, "观测值")])
def test_what_was_observed_is_drawn_before_a_year_was_lived(browser, tmp_path, axe, chinese_font, lang, width, said):
    file = tmp_path / "baseline.yaml"
    file.write_bytes((ROOT / "scenarios" / "zhejiang" / "baseline.yaml").read_bytes())
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.set_default_timeout(WAIT)
    context.route("**/run", lambda route: None)  # no year is ever lived
    with served(file) as address:
        page = opened(context, address.replace("lang=en", f"lang={lang}"))
        assert said in page.inner_text("#curve h3") and page.locator("#curve svg path").count() == 0
        assert page.locator("#curve svg:visible circle").count() == 6
        assert_accessible(page, axe, "observed")
        assert_fits(page, width)
        context.unroute_all(behavior="ignoreErrors")
        context.close()
