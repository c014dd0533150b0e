"""One Chromium for all browser tests, offline: a fresh context a test. Missing, tests are skipped here and fail in CI."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def missing(reason):
    """Skip where a person works, fail where nobody looks."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (CI is set)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).is_file():
        missing(f"there is no Chromium at {CHROMIUM}: apt-get install chromium, or set CHROMIUM")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed: pip install '.[test]'")
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, from the path in AXE."""
    path = os.environ.get("AXE", "")
    if not Path(path).is_file():
        missing("AXE does not name axe.min.js of the npm package axe-core")
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chinese_font():
    """A font with Chinese characters: without one Chromium draws boxes and says nothing."""
    if shutil.which("fc-list") is None:
        missing("fc-list is missing, so nobody knows whether there is a Chinese font")
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=True).stdout
    if not found.strip():
        missing("no font has Chinese characters: apt-get install fonts-noto-cjk")
    return found
