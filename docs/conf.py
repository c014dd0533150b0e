"""The site: `python -m sphinx -W -b html docs OUT`. Nothing is fetched, neither while it is built nor while it is read."""

import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program sets it
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import filled  # noqa: E402

from sim.version import __version__  # noqa: E402

logging.getLogger("MESA").setLevel(logging.WARNING)  # else every year of every run of the gallery is told

project = "factorflow"
author = "the factorflow contributors"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 4
default_role = "code"  # of docstrings, which are plain text with `words` of the program
smartquotes = False
nitpicky = True
# Types in signatures: those of other projects, whose pages are not asked, and those of ours that have no entry here.
nitpick_ignore_regex = [("py:.*", r"(?!sim\.(load|run|compare|open_results|build_model)$).*")]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"

html_theme = "furo"
html_title = f"factorflow {__version__}"
html_show_search_summary = False  # else a search opened from a disk would ask for pages that browsers refuse
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]


def setup(app):
    """Have what is made anew at every build set into its pages."""
    app.add_config_value("gallery_worlds", "riverland,zhejiang,china,yangtze_delta", "env")
    app.connect("source-read", filled.fill)
