"""Who pays for what a run does beyond its baseline, in the drawing and by the rules of the report."""

from __future__ import annotations

from markupsafe import Markup

from sim.analysis.payers import payers
from sim.dashboard.part import figure
from sim.dashboard.places import Names
from sim.dashboard.readings import Readings
from sim.pages.report.paying import Scale, payer_rows, payers_drawn
from sim.pages.report.verdict import paying


def payers_part(readings: Readings, names: Names) -> str:
    """Who pays by the last year lived; a sentence where nobody does, and nothing where no policy was asked for."""
    outcome, speaker, own = readings.outcome, names.speaker, names.baseline is None
    if outcome is None or (own and not readings.pair.scenario.policies):
        return ""
    money = outcome.money
    rows = payer_rows(payers(outcome), money, speaker)
    if not rows:
        said = speaker.say("payers.not_recorded" if money.payers is None else "payers.none", title=names.scenario)
        return str(Markup('<p class="what">{}</p>').format(said))
    span = {"first": speaker.year(money.first), "year": speaker.year(outcome.year), "money": speaker.dated()}
    key = "dashboard.payers_own" if own else "dashboard.payers_what"
    what = speaker.say(key, base=names.baseline or "", title=names.scenario, **span)
    if money.receipts > 0:
        what += (" " if names.lang == "en" else "") + speaker.say(
            "payers.taxes", title=names.scenario, receipts=speaker.money(money.receipts)
        )
    drawn = payers_drawn(rows, names.scenario, speaker, Scale.of([rows], speaker), order=1, key="1")
    return figure(speaker.finding(paying([outcome])), what, drawn)
