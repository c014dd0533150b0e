"""The parts of a page in their order: what each finds, how it is read, what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from sim.analysis.differences import Differences
from sim.analysis.results import Results
from sim.pages.drawings import bars
from sim.pages.drawings.lines import swatch
from sim.pages.phrases import numbers
from sim.pages.report import figures, registration, verdict
from sim.pages.report import paying as payers
from sim.pages.report.content import Bullets, Cell, Heading, Part, Row, Table, plain_cells
from sim.pages.report.verdict import Story
from sim.pages.report.words import Speaker, finding


@dataclass(frozen=True)
class Commands:
    """The commands that show what a page shows: the scenarios as they are named, and how the page itself was made."""

    scenarios: str
    page: str

    def compare(self, more: str = "") -> str:
        """The comparison, `more` options."""
        return f"factorflow compare {self.scenarios} {more}".strip()

    def plot(self, figure: str) -> str:
        """A figure of a single run."""
        return f"factorflow plot {self.scenarios} {figure}"


def verdicts(found: Sequence[Story], differences: Differences, speaker: Speaker, warnings: Sequence[str]) -> Part:
    """At a glance: every policy with its verdict, what it changes and costs, who gains and loses; then what to mind."""
    say, base = speaker.say, speaker.title(differences.baseline.title)
    money = found[0].outcome.money
    span = {"first": speaker.year(money.first), "year": speaker.year(differences.year)}
    part = Part("verdict", say("sections.verdict"), _summary(found, speaker))
    change = say("verdict.what_change", base=base, year=span["year"])
    part.what = say("verdict.what", base=base, money=speaker.dated(), change=change, clear=say("verdict.what_clear"), **span)
    part.what += ("" if speaker.lang == "zh" else " ") + say("verdict.public")
    head = [say(f"verdict.head_{word}") for word in ("policy", "verdict", "change", "closed", "net", "people")]
    part.body.append(Table(part.name, head, [_glance(one, speaker) for one in found]))
    minded = list[str]()
    if len(found) > 1:
        minded += [
            f"{speaker.finding(verdict.verdict(one, differences.year))}{_stop(speaker)}"
            for one in found
            if one.word == "mixed"
        ]
    for word, key in (("most_lose", "losers_most"), ("more_lose", "losers_more")):
        titles = [one.title for one in found if one.sides.word == word and one.steady]
        if titles:
            minded.append(say(f"verdict.{key}", titles=speaker.titles(titles)))
    minded += [speaker.finding(verdict.moving(one)) + _stop(speaker) for one in found if not one.steady]
    nobody = [one.title for one in found if one.sides.all and not one.sides.lose and one.steady]
    if nobody:
        minded.append(say("verdict.losers_none", titles=speaker.titles(nobody)))
    minded += [speaker.finding(told) + _stop(speaker) for one in found for told in verdict.outside(one)]
    minded += warnings
    part.body += [*([Bullets(minded)] if minded else []), *_how_sure(found, speaker)]
    return part


def _summary(found: Sequence[Story], speaker: Speaker) -> str:
    """The title of the first part, under the headline of the page: how many do what, or what the only one costs."""
    if len(found) > 1:
        counts = {word: sum(one.word == word for one in found) for word in ("narrows", "widens", "hardly")}
        other = len(found) - sum(counts.values())
        return speaker.say("verdict.count", other=other, all=len(found), **counts)
    money = found[0].outcome.money
    span = {"first": speaker.year(money.first), "year": speaker.year(found[0].outcome.year)}
    return speaker.say("verdict.cost_of_one", cost=_cost(found[0], speaker), **span)


def _cost(story: Story, speaker: Speaker) -> str:
    money = story.outcome.money
    sums = {"net": speaker.money(abs(money.net)), "receipts": speaker.money(money.receipts)}
    return speaker.say(f"cost.{story.cost}", **sums)


def _stop(speaker: Speaker) -> str:
    return "。" if speaker.lang == "zh" else "."


def _glance(story: Story, speaker: Speaker) -> Row:
    outcome, money, say = story.outcome, story.outcome.money, speaker.say
    ratio = outcome.ratio
    change = "–" if ratio is None else speaker.aside(speaker.change(ratio), speaker.between(ratio))
    closed = "–" if outcome.closed is None or not outcome.clear else numbers.per_cent(outcome.closed, sign=False)
    cost = _cost(story, speaker)
    if story.cost == "costs":
        same = say("verdict.gross_same") if money.cost == money.net else say("verdict.gross", money=speaker.money(money.cost))
        cost = speaker.aside(cost, same)
    sides = story.sides
    people = f"{speaker.people(sides.gain)} / {speaker.people(sides.lose)}" if sides.all else "–"
    bar = bars.shares(sides.gain, sides.still, sides.lose, people) if sides.all else ""
    cells = [
        Cell(speaker.title(story.title), Markup(swatch(story.order))),
        Cell(say(f"verdict.word.{story.word}"), kind=story.word),
        *plain_cells(change, closed, cost),
        Cell(people, Markup(bar)),
    ]
    return Row(cells, outcome.label)


def _how_sure(found: Sequence[Story], speaker: Speaker, alone: bool = False) -> list[str]:
    """On how many pairs it rests, which replicates failed, and where the other doubt stands."""
    said = [
        speaker.say("verdict.failed", failed=one.failed, all=one.asked, title=speaker.title(one.title))
        for one in found
        if one.failed
    ]
    if speaker.luck == "smooth":
        return [*said, speaker.say("verdict.no_luck")]
    pairs = min((one.outcome.ratio.replicates for one in found if one.outcome.ratio is not None), default=0)
    if pairs < 2:
        return [*said, speaker.say("verdict.single")]
    if alone:
        return [*said, speaker.say("verdict.replicates", pairs=pairs)]
    if pairs < verdict.FEW:
        said.append(speaker.say("verdict.few", pairs=pairs))
    return [*said, speaker.say("verdict.paired", pairs=pairs)]


def ranking(found: Sequence[Story], speaker: Speaker, commands: Commands) -> Part:
    """Net public cost of a point of the gap."""
    money, say = found[0].outcome.money, speaker.say
    part = Part("ranking", say("sections.ranking"), speaker.finding(verdict.ranking(found)))
    span = {"first": speaker.year(money.first), "year": speaker.year(found[0].outcome.year)}
    part.what = say("ranking.what", money=speaker.dated(), **span)
    part.lead += [speaker.finding(one) + _stop(speaker) for one in verdict.self_financing(found)]
    part.body.append(figures.cost_ranking(found, speaker, commands.compare()))
    return part


def curves(labels: Mapping[str, Results], speaker: Speaker, command: str) -> Part | None:
    """The ratio over the years; None where it was not recorded."""
    found, figure = verdict.curves(list(labels.values())), figures.ratio_curves(labels, speaker, command)
    if found is None or figure is None:
        return None
    part = Part("curves", speaker.say("sections.curves"), speaker.finding(found))
    key = "curves.what" if figure.source else "curves.what_plain"
    line = speaker.say("curves.line_many" if figures.hides(len(labels)) else "curves.line")
    source = {"source": figure.source} if figure.source else {}
    part.what = speaker.say(key, place=speaker.world_name(), line=line, **source)
    part.body.append(figure)
    return part


def difference(found: Sequence[Story], differences: Differences, speaker: Speaker, commands: Commands) -> Part | None:
    """Paired differences; None where the ratio was not recorded."""
    figure = figures.ratio_differences(differences, speaker, commands.compare("--figure difference"))
    if figure is None:
        return None
    title, _ = verdict.largest(found, differences.year)
    part = Part("difference", speaker.say("sections.difference"), speaker.finding(title))
    key = "difference.what_many" if figures.hides(len(found)) else "difference.what"
    part.what = speaker.say(key, base=speaker.title(differences.baseline.title))
    part.body.append(figure)
    return part


def where(
    found: Sequence[Story], differences: Differences, speaker: Speaker, command: str, alone: bool = False
) -> Part | None:
    """Maps of the change of real income; None where it was not recorded."""
    if all(one.table.empty for one in found):
        return None
    part = Part("map", speaker.say("sections.map"), speaker.finding(verdict.where(found, alone)))
    part.what = _what("map", differences, speaker, alone)
    figure = figures.maps_of_change(found, differences, speaker, command)
    part.body.append(speaker.say("map.missing") if figure is None else figure)
    return part


def _what(key: str, differences: Differences, speaker: Speaker, alone: bool) -> str:
    year = speaker.year(differences.year)
    if alone:
        return speaker.say(f"{key}.what_one", first=speaker.year(differences.baseline.years[0]), year=year)
    return speaker.say(f"{key}.what", year=year, base=speaker.title(differences.baseline.title))


def who(found: Sequence[Story], differences: Differences, speaker: Speaker, command: str, alone: bool = False) -> Part | None:
    """Winners and losers by place and tenth, and by registration; None where no incomes were recorded."""
    if all(one.table.empty for one in found):
        return None
    title = verdict.who(found)
    if alone:
        sides = found[0].sides
        span = {"first": differences.baseline.years[0], "year": differences.year}
        title = finding("winners.one", gain=sides.gain, lose=sides.lose, **span)
    part = Part("winners", speaker.say("sections.winners"), speaker.finding(title))
    part.what = _what("winners", differences, speaker, alone)
    if not speaker.luck:
        part.what += f"{'' if speaker.lang == 'zh' else ' '}{speaker.say('winners.pale')}"
    if not any((one.table["tenth"] > 0).any() for one in found):
        part.lead.append(speaker.say("winners.no_tenths"))
    part.body += figures.winners_tables(found, speaker, command)
    first, told = differences.baseline.years[0], speaker.title(differences.baseline.title)
    base = speaker.year(first) if alone else speaker.say("parted.base", title=told)
    part.body += registration.by_registration(found, speaker, command, speaker.year(differences.year), base)
    return part


def paying(found: Sequence[Story], differences: Differences, speaker: Speaker, commands: Commands) -> Part:
    """Who pays, and what public money no longer buys."""
    say, money = speaker.say, found[0].outcome.money
    span = {"first": speaker.year(money.first), "year": speaker.year(differences.year)}
    base = speaker.title(differences.baseline.title)
    part = Part("payers", say("sections.payers"), speaker.finding(verdict.paying([one.outcome for one in found])))
    part.what = say("payers.what", base=base, money=speaker.dated(), **span)
    drawn = payers.payer_bars(found, speaker, commands.compare("--json"))
    part.body += drawn
    keys = {one.key for one in drawn}
    for one in found:
        title = speaker.title(one.title)
        if one.outcome.money.receipts > 0:
            part.body.append(say("payers.taxes", title=title, receipts=speaker.money(one.outcome.money.receipts)))
        if one.outcome.money.payers is None:
            part.body.append(f"{title}{'：' if speaker.lang == 'zh' else ': '}{say('payers.not_recorded')}")
        elif one.outcome.label not in keys:
            part.body.append(say("payers.none", title=title))
    part.body.append(Heading("purchases", say("payers.purchases")))
    figure, tables = payers.purchases_table(
        found, differences, speaker, commands.compare("--measure general_purchases_per_head")
    )
    if figure is None:
        part.body.append(say("payers.purchases_missing"))
        return part
    falls = [
        (float(row["share"]), str(row["region"]), float(row["difference"]), one.title)
        for one in found
        for row in tables[one.outcome.label].to_dict("records")
        if row["verdict"] in ("down", "unknown") and row["share"] < 0
    ]
    if falls:
        share, region, change, title = min(falls)
        values = {"share": numbers.per_cent(share), "region": speaker.region(region), "title": speaker.title(title)}
        part.body.append(
            say("payers.purchases_fall", **values, year=speaker.year(differences.year), change=speaker.money(change, True))
            + _stop(speaker)
        )
    else:
        part.body.append(say("payers.purchases_none") + _stop(speaker))
    part.body += [say("payers.purchases_what", year=speaker.year(differences.year), base=base), figure]
    return part


def own_verdict(found: Sequence[Story], differences: Differences, speaker: Speaker) -> Part:
    """Of one scenario: what its gap does from the base year on."""
    part = Part(
        "verdict",
        speaker.say("sections.verdict"),
        speaker.finding(verdict.own(differences.baseline, found[0].title, differences.year)),
    )
    part.what = speaker.say("verdict.what_one", first=speaker.year(differences.baseline.years[0]))
    part.body += _how_sure(found, speaker, alone=True)
    return part


def own_money(results: Results, speaker: Speaker) -> Part:
    """Of one scenario: what its policies pay out and raise over all years, the median over replicates."""
    say = speaker.say
    sums = {}
    series = results.series
    for measure in ("public_cost", "public_receipts"):
        rows = series[(series["measure"] == measure) & (series["scope"] == "policy")]
        by_policy = rows.groupby(["place", "replicate"], observed=True)["value"].sum().unstack("replicate")
        sums[measure] = by_policy.reindex(columns=list(results.replicates)).fillna(0.0).median(axis=1)
    span = {"first": speaker.year(results.years[0]), "year": speaker.year(results.years[-1])}
    total = float(sums["public_cost"].sum())
    title = say("payers.one", cost=speaker.money(total), **span) if total else say("payers.nobody")
    part = Part("payers", say("sections.payers"), title, say("payers.what_one", money=speaker.dated(), **span))
    lines = [
        Row(plain_cells(str(name), *(speaker.money(float(sums[measure].get(name, 0.0))) for measure in sums)))
        for name in sums["public_cost"].index
    ]
    if lines:
        head = [say(f"payers.head_{word}") for word in ("policy", "cost", "receipts")]
        part.body.append(Table(part.name, head, lines))
    return part
