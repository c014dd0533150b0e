"""What stands on a drawn page and where: every text with its box, to be measured for overlaps and the page's edge."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axis import Axis
from matplotlib.backend_bases import _get_renderer
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

CANVAS = {"png": FigureCanvasAgg, "pdf": FigureCanvasPdf, "svg": FigureCanvasSVG}
_SLACK = 0.005  # inch: less than a hair


def texts(figure: Figure) -> list[Text]:
    """Every text that is drawn, wherever it hangs: of ticks only those of shown axes and within their limits."""
    hidden = set(_hidden(figure))
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip() and text not in hidden]


def _hidden(figure: Figure) -> Iterator[Text]:
    for axis in figure.findobj(Axis):
        low, high = sorted(axis.get_view_interval())
        ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        for tick in ticks:
            outside = not low - 1e-9 <= tick.get_loc() <= high + 1e-9
            for label in (tick.label1, tick.label2):
                if outside or not tick.get_visible() or not axis.axes.axison:
                    yield label
        if not axis.axes.axison:
            yield from (axis.label, axis.offsetText)


def words(figure: Figure) -> str:
    """All that is written on a figure, lines joined."""
    return " | ".join(text.get_text().replace("\n", " ") for text in texts(figure))


def placed(figure: Figure, kind: str = "png") -> list[tuple[str, Bbox]]:
    """Every text of a figure and where it stands, in inches, after laying it out as a file of this kind would."""
    canvas = CANVAS[kind](figure)
    dpi = figure.dpi
    try:
        if kind != "png":
            figure.dpi = 72  # as these backends do when they print
        draw = {"png": "print_png", "pdf": "print_pdf", "svg": "print_svg"}[kind]
        renderer = _get_renderer(figure, getattr(canvas, draw))
        with renderer._draw_disabled():
            figure.draw(renderer)
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]
        return [(said, Bbox(box.get_points() / figure.dpi)) for said, box in boxes]
    finally:
        figure.dpi = dpi


def beyond(figure: Figure, boxes: list[tuple[str, Bbox]]) -> list[str]:
    """The texts that are not whole on the page."""
    width, height = figure.get_size_inches()
    whole = Bbox([[-_SLACK, -_SLACK], [width + _SLACK, height + _SLACK]])
    return [said for said, box in boxes if not (whole.contains(box.x0, box.y0) and whole.contains(box.x1, box.y1))]


def overlapping(boxes: list[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes share more than a hair."""
    return [
        (first, second)
        for place, (first, one) in enumerate(boxes)
        for second, two in boxes[:place]
        if min(one.x1, two.x1) - max(one.x0, two.x0) > _SLACK and min(one.y1, two.y1) - max(one.y0, two.y0) > _SLACK
    ]
