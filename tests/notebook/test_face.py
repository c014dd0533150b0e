"""Results and comparisons in a notebook: tables that hold the recorded numbers, axes, cards that escape and never raise."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim import compare, load, open_results, run
from sim.errors import ResultsError, ScenarioFaults
from sim.notebook.card import own_story
from tests.test_end_to_end import ROOT

VALLEY = ROOT / "scenarios/two_cells"
FEW = {"run.labour_agents": 1000, "run.capital_agents": 1000, "run.land_agents": 1000, "years.to": 8}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [
        run(load(VALLEY / f"{name}.yaml", FEW), folder / name, replicates=3) for name in ("baseline", "open_registration")
    ]


@pytest.fixture
def other_run(runs, tmp_path):
    """A copy on disk that a test may spoil."""
    for file in runs[0].path.glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return open_results(tmp_path)


def test_a_frame_holds_the_medians_and_bands_of_the_replicates(runs):
    baseline = runs[0]
    values = baseline.values("urban_rural_ratio")
    rows = baseline.sel("urban_rural_ratio", baseline.world).set_index("year")
    assert rows.index.tolist() == list(baseline.years)
    assert rows["median"].tolist() == values.median(axis=1).tolist()
    assert rows["p05"].tolist() == pytest.approx(np.quantile(values, 0.05, axis=1))
    assert rows["p95"].tolist() == pytest.approx(np.quantile(values, 0.95, axis=1))
    assert set(rows["replicates"]) == {3} and set(rows["unit"]) == {"ratio"}
    assert len(baseline.to_frame()) == len(baseline.series.groupby(["measure", "scope", "place", "year"], observed=True))


def test_rows_are_chosen_by_measure_place_and_year(runs):
    baseline = runs[0]
    rows = baseline.sel(["income_per_head", "population"], ["urban", "rural"], [1, 8])
    assert len(rows) == 8 and set(rows["scope"]) == {"kind"}
    people = baseline.sel("population", year=8).set_index("place")["median"]
    assert people["urban"] + people["rural"] == pytest.approx(people[baseline.world], rel=1e-3)
    palma = baseline.sel("palma", baseline.world, 8)  # no run records it
    assert palma["median"].item() == baseline.values("palma").loc[8].median()
    with pytest.raises(ResultsError, match='Did you mean "urban_rural_ratio"'):
        baseline.sel("urban_rural_ration")
    with pytest.raises(ResultsError, match="1 to 8"):
        baseline.sel(year=2035)
    with pytest.raises(ResultsError, match='no place "Hangzhou"'):
        baseline.sel(place="Hangzhou")


def test_names_and_the_summary(runs):
    baseline = runs[0]
    assert baseline.measures[0] == "urban_rural_ratio" and baseline.places[:3] == (baseline.world, "rural", "urban")
    summary = baseline.summary()
    values = baseline.values("urban_rural_ratio")
    assert summary.loc["urban_rural_ratio", "change"] == values.loc[8].median() - values.loc[1].median()
    assert summary.index[0] == "urban_rural_ratio" and summary.loc["population", "unit"] == "persons"


def test_a_comparison_ranks_by_hand_arithmetic_and_comes_apart_by_scenario(runs):
    compared = compare(*runs)
    values = [one.values("urban_rural_ratio").loc[8] for one in runs]
    difference = (values[1] - values[0]).median()
    row = compared.ranking.loc["open_registration"]
    assert row["ratio"] == pytest.approx(difference)
    gap = abs(values[0].median() - 1)
    assert row["gap_closed"] == pytest.approx(1 - abs(values[0].median() + difference - 1) / gap)
    assert compared.summary()["measure"].iloc[0] == "urban_rural_ratio"
    assert compared.sel("urban_rural_ratio", runs[0].world, 8)["difference"].item() == pytest.approx(difference)
    twice = compare(runs[0], runs[1], runs[1])
    alone = list(twice)
    assert len(twice) == 2 and [len(one) for one in alone] == [1, 1]
    assert sum(len(one.table) for one in alone) == len(twice.table)
    assert alone[0].paragraph == twice["open_registration (1)"].paragraph
    with pytest.raises(ResultsError, match=r"Candidates: open_registration \(1\)"):
        twice["open_registration"]


def test_winners_payers_and_the_page_are_those_of_the_comparison(runs, tmp_path):
    compared = compare(*runs)
    rows = compared.winners.set_index(["region", "kind", "tenth"])
    (village,) = [name for name in compared.places if name.endswith("/rural")]
    income = compared.sel("real_income_per_head", village, 8)
    whole = rows.loc[(village.partition("/")[0], "rural", 0)]
    assert whole["difference"] == income["difference"].item() and whole["scenario"] == "open_registration"
    fell = compared.winners[compared.winners["share"] < -0.001]
    assert (compared.losers["share"] < 0).all() and len(compared.losers) <= len(compared.winners)
    assert compared.losers["share"].is_monotonic_increasing and set(fell["verdict"]) <= {"down", "unclear", "unknown"}
    net = compared.ranking["net_cost"].item()
    assert set(compared.payers.columns) >= {"scenario", "who", "payer", "net"}
    assert compared.payers["net"].sum() == pytest.approx(net, rel=1e-6)
    page = compared.report(tmp_path / "page.html", lang="zh").read_text(encoding="utf-8")
    assert 'lang="zh-Hans"' in page and runs[1].manifest["scenario_digest"][:8] in page


def test_axes_hold_the_medians_and_are_those_given(runs):
    axes = Figure().add_subplot()
    assert runs[0].plot(ax=axes) is axes
    years, drawn = axes.lines[0].get_data()
    assert years.tolist() == list(runs[0].years)
    assert drawn.tolist() == pytest.approx(runs[0].values("urban_rural_ratio").median(axis=1).tolist())
    compared, other = compare(*runs), Figure().add_subplot()
    compared.plot("income_per_head", "rural", ax=other, difference=True)
    rows = compared.sel("income_per_head", "rural").set_index("year")["difference"]
    assert other.lines[0].get_ydata().tolist() == pytest.approx(rows.tolist())
    assert any(set(line.get_ydata()) == {0} for line in other.lines)
    texts = [text.get_text() for text in other.texts]
    assert len(texts) == 1 and runs[1].title in texts[0]
    with pytest.raises(ResultsError, match="urban_rural_ratio"):
        runs[0].plot("urban_rural_ration", ax=axes)


def test_axes_of_one_s_own_are_made_where_none_are_given(runs):
    from matplotlib import pyplot

    axes = compare(*runs).plot()
    assert axes.figure.number in pyplot.get_fignums() and len(axes.texts) == 2
    pyplot.close(axes.figure)


def test_cards_say_verdict_curve_and_digest_without_script_or_request(runs):
    compared = compare(*runs)
    for shown, digests in ((runs[0], runs[:1]), (compared, runs), (compare(runs[0], runs[1], runs[1]), runs)):
        card = shown._repr_html_()
        assert "<script" not in card and "href" not in card and "src=" not in card and 'role="img"' in card
        assert all(one.manifest["scenario_digest"][:12] in card for one in digests)
    assert "does not change" in runs[0]._repr_html_() and "does not change" not in compared._repr_html_()
    assert compared.paragraph.partition(". ")[0].replace("'", "&#x27;") in compared._repr_html_()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            (2.0, 2.0, 2.1),
            (1.5, 1.6, 1.5),
            "from 2.00 in 2010 to 1.50 in 2030 (-0.50; between -0.59 and -0.41): the gap narrows",
        ),
        ((1.5, 1.5, 1.6), (2.0, 2.1, 2.0), "the gap widens"),
        ((0.5, 0.5, 0.5), (0.8, 0.8, 0.7), "the gap narrows"),  # villages richer, and coming nearer
        ((0.9, 0.9, 0.9), (0.5, 0.5, 0.6), "the gap widens"),
        ((2.0, 2.0, 2.0), (2.1, 1.9, 2.05), "by more than luck alone"),
        ((2.0, 2.0, 2.0), (2.0, 2.0, 2.0), "does not change."),
        ((2.0,), (1.5,), "one draw, so no band"),
    ],
)
def test_one_run_is_told_against_its_own_first_year(before, after, told):
    values = pd.DataFrame([before, after], index=[2010, 2030])
    run = SimpleNamespace(values=lambda _: values, manifest={"scenario": {}}, world="riverland", years=(2010, 2030))
    assert told in own_story(run)


def test_words_of_a_file_are_escaped(other_run):
    other_run.manifest["title"] = "<script>alert(1)</script>\n\x1b[31m & co"
    card, said = other_run._repr_html_(), repr(other_run)
    assert "<script" not in card and "&lt;script&gt;" in card
    assert "\n" not in said and "\x1b" not in said and len(said.splitlines()) == 1


def test_a_representation_says_what_is_wrong_instead_of_raising(other_run, runs):
    compared = compare(other_run, runs[1])
    (other_run.path / "series.parquet").write_bytes(b"no table")
    spoiled = open_results(runs[0].path)
    spoiled.path = other_run.path
    assert "Nothing can be shown" in spoiled._repr_html_() and "series" in spoiled._repr_html_()
    other_run.manifest.clear()
    assert "cannot be read" in repr(other_run)
    assert "Nothing can be shown" in other_run._repr_html_()
    assert len(repr(compared).splitlines()) == 1 and "Nothing can be shown" in compared._repr_html_()


def test_a_representation_never_runs_the_model(runs, monkeypatch):
    from sim.experiments import experiment
    from sim.year.years import Years

    def refused(*_, **__):
        raise AssertionError("a representation ran something")

    monkeypatch.setattr(experiment, "run_all", refused)
    monkeypatch.setattr(Years, "__init__", refused)
    opened = open_results(runs[0].path)
    assert "Nothing can be shown" not in opened._repr_html_() + compare(opened, runs[1].path)._repr_html_()


def test_settings_as_a_mapping_mean_what_set_means():
    file = VALLEY / "baseline.yaml"
    mapped = load(file, {"run.replicates": np.int64(2), "run.continuum": True, "title": "no", "run.minutes": 1e5})
    said = load(file, ["run.replicates=2", "run.continuum=true", 'title="no"', "run.minutes=1e5"])
    assert mapped == said and mapped.digest() == said.digest() and mapped.title == "no"
    assert mapped.origins["run.replicates"] == "--set"
    dated = {"policies.p.instrument": "residence_permit_reform", "policies.p.cut": {2: 0.2, 3: 0.5}, "policies.p.from": 2}
    assert load(file, dated).resolved()["policies"]["p"]["cut"] == {"2": 0.2, "3": 0.5}


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({"run.replicates": 0}, "must lie between 1 and 1000"),
        ({"run.replicates": "2"}, "found text"),
        ({"run.replicates": None}, "holds no value"),
        ({"run.minutes": float("nan")}, "not a finite number"),
        ({"run.replicats": 2}, 'Did you mean "replicates"'),
        ({"title": object()}, "is a object; it must be"),
    ],
)
def test_faults_of_a_mapping_are_those_of_set(settings, answer):
    with pytest.raises(ScenarioFaults, match=answer) as raised:
        load(VALLEY / "baseline.yaml", settings)
    assert [fault.file for fault in raised.value.faults] == ["--set"]


def test_one_run_writes_its_page_as_a_comparison_does(runs, tmp_path):
    page = runs[0].report(tmp_path / "one.html", lang="zh")
    assert page == tmp_path / "one.html" and '<html lang="zh-Hans">' in page.read_text(encoding="utf-8")


def test_run_takes_the_number_of_replicates(runs, tmp_path):
    assert runs[0].replicates == (0, 1, 2)
    assert runs[0].manifest["scenario_digest"] == load(VALLEY / "baseline.yaml", {**FEW, "run.replicates": 3}).digest()
    with pytest.raises(ScenarioFaults, match="1 to 1000"):
        run(VALLEY / "baseline.yaml", tmp_path / "none", replicates=2.5)
