"""Drawings of the report and the dashboard: functions from numbers and words to SVG text, without a library.

What stays the same (others build on it):

- `lines.curves(lines, ...)`: a line a scenario by year, with its 90% band, direct labels, observed dots, starts of policies;
  with `zero=True` the chart of paired differences, zero in sight.
- `maps.maps(regions, panels, ...)`: small multiples of one map on one diverging scale, country as areas, towns as discs.
- `heat.heat(rows, ...)`: a table of signed shares as colours and numbers, rows places, columns tenths.
- `bars.bars(rows, ...)`: horizontal bars round zero, with an outline for a second number (gross beside net) and a text.
- `lines.swatch(order)`: a scenario's colour and dash, to stand beside its name.
- `svg.both(draw)`: one drawing at 760 and one at 360 wide for phones, in `<div class="wide">` and `<div class="narrow">`;
  the style sheet shows one of them.

Every function takes plain numbers and words in the reader's language, knows no results and no phrases, gives the same text
for the same arguments, and returns a whole `<svg>` with `role="img"` and a label. Words are escaped here. There are no ids,
no style attributes and no scripts in a drawing, so a strict content policy lets it pass; what belongs to a scenario carries
`data-policy`, so that a page may dim the others. order: a scenario's place among those shown, 0 the baseline (grey): it
decides colour and dash in every drawing of a page.
"""
