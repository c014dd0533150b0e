"""The tables of winners and payers against the records they come from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.comparison import compare_results
from sim.analysis.groups import movers
from sim.analysis.outcome import outcomes
from sim.analysis.payers import payers, purchases
from sim.analysis.registered import parts_of_tenths
from sim.analysis.selection import until
from sim.analysis.since import since_base_year
from sim.analysis.winners import WHOLE, apart, parted, places, sides, winners
from sim.pages.report.paying import payer_rows
from sim.pages.report.words import Speaker
from sim.units import INCOMES_OF_PARTS, NEWCOMERS, SUMS_OF_NEWCOMERS, TENTHS
from tests.results.futures import MONEY, compared


def recorded(results, year=2016):
    rows = results.series[(results.series["year"] == year) & (results.series["scope"] == "cell")]
    return rows.pivot(index="place", columns="measure", values="value")


def test_every_tenth_is_that_of_the_two_runs(province):
    before, after = recorded(province.baseline), recorded(province.scenarios["baseline"])
    table = winners(province, "baseline")
    tenths = table[table["tenth"] > WHOLE]
    assert len(tenths) == 22 * 10 and len(places(table)) == 22
    for row in tenths.itertuples():
        cell, measure = f"{row.region}/{row.kind}", TENTHS[row.tenth - 1]
        assert row.before == before.loc[cell, measure]
        assert row.difference == pytest.approx(after.loc[cell, measure] - before.loc[cell, measure], abs=1e-6)
        assert row.people == pytest.approx(after.loc[cell, "population"] / 10)


def test_the_ten_tenths_are_everybody(province):
    table = winners(province, "baseline")
    for one in places(table):
        here = table[(table["region"] == one.region) & (table["kind"] == one.kind) & (table["tenth"] > WHOLE)]
        assert here["people"].sum() == pytest.approx(one.people)
        assert here["before"].mean() == pytest.approx(one.before)
        assert here["difference"].mean() == pytest.approx(one.share * one.before, abs=1e-6)
        assert 0 < one.newcomers < one.people


def test_cash_for_the_poorest_villages_goes_to_them(province):
    gains = {(one.region, one.kind): one.share for one in places(winners(province, "baseline"))}
    assert max(gains, key=lambda key: gains[key]) in {("Lishui", "rural"), ("Quzhou", "rural")}
    assert gains["Lishui", "rural"] > 0.05 > gains["Ningbo", "urban"]


def test_heads_add_up(province):
    table = winners(province, "baseline")
    counted = sides(table)
    assert counted.all == pytest.approx(sum(one.people for one in places(table)))
    assert counted.gain > 1e6


def test_those_who_come_gain_by_coming(province):
    groups = outcomes(province)[0].groups
    new, outside = groups[1], groups[2]
    before = new.persons.before * new.income.before + outside.persons.before * outside.income.before
    after = new.persons.after * new.income.after + outside.persons.after * outside.income.after
    heads = [getattr(new.persons, end) + getattr(outside.persons, end) for end in ("before", "after")]
    assert movers(groups) == pytest.approx(after / heads[1] / (before / heads[0]) - 1)


def test_payers_pay_all_of_the_net_cost(province, tmp_path):
    outcome = outcomes(province)[0]
    table = payers(outcome)
    assert table["net"].sum() == pytest.approx(outcome.money.net)
    assert table["share"].sum() == pytest.approx(1)
    by_hand = payers(outcomes(compared(tmp_path, money=MONEY))[0])
    assert dict(zip(by_hand["payer"], by_hand["net"], strict=True)) == pytest.approx(
        {"Ningbo": 4.5e9, "Hangzhou": 3e9, "the government above the regions": 1.5e9}
    )


def test_shares_of_payers_are_of_what_is_paid(tmp_path):
    """Net is a gain: who pays 1 of 1 billion pays all of it; where nobody pays there is no share."""
    names = ("public_cost", "policy", "aid"), ("public_receipts", "policy", "aid")
    told = {names[0]: 1e9, names[1]: 5e9, ("paid_for_policies", "region", "Ningbo"): 1e9,
            ("raised_by_policies", "region", "Hangzhou"): 5e9, ("paid_for_policies", "region", "Hangzhou"): 0.0,
            ("paid_for_policies", "world", "zhejiang"): 1e9, ("raised_by_policies", "world", "zhejiang"): 5e9}  # fmt: skip
    table = payers(outcomes(compared(tmp_path / "a", money=told))[0]).set_index("payer")
    assert table["share"]["Ningbo"] == pytest.approx(1) and table["share"]["Hangzhou"] == pytest.approx(-5)
    told |= {names[0]: 0.0, ("paid_for_policies", "region", "Ningbo"): 0.0, ("paid_for_policies", "world", "zhejiang"): 0.0}
    assert payers(outcomes(compared(tmp_path / "b", money=told))[0])["share"].isna().all()


def test_the_largest_payers_are_kept_by_size_and_the_rest_told_apart(tmp_path):
    """14 regions pay 1 to 14 billion and one gains 100: the gain is kept, three that pay least are one row."""
    outcome = outcomes(compared(tmp_path, money=MONEY))[0]
    net = {f"R{number}": number * 1e9 for number in range(14, 0, -1)} | {"South": -100e9}
    found = replace(outcome, money=replace(outcome.money, payers=net))
    rows = dict(payer_rows(payers(found), found.money, Speaker("en", "zhejiang", "yuan of 2014")))
    assert len(rows) == 14 and rows["budget of South"] == -100e9
    assert rows["3 others who pay"] == 6e9 and rows["households, in taxes"] == pytest.approx(6e9)


def test_what_the_money_no_longer_buys_is_read_by_region(province):
    table = purchases(province, "baseline")
    asked = []
    for one in (province.baseline, province.scenarios["baseline"]):
        rows = one.series[(one.series["measure"] == "general_purchases_per_head") & (one.series["scope"] == "region")]
        asked.append(rows[rows["year"] == 2016].set_index("place")["value"])
    assert len(table) == 11
    for row in table.itertuples():
        assert row.share == pytest.approx(asked[1][row.region] / asked[0][row.region] - 1, abs=1e-9)


def test_one_run_against_its_own_base_year(province):
    own = since_base_year(province.baseline)
    now, then = recorded(province.baseline), recorded(province.baseline, 2014)
    rows = own.rows("baseline", "real_income_per_head", "cell")
    expected = now["real_income_per_head"] - then["real_income_per_head"]
    np.testing.assert_allclose(rows["difference"], expected[rows.index], rtol=1e-9)
    assert (own.table.loc[own.table["year"] == 2014, "difference"] == 0).all()


def test_parts_of_every_tenth_are_what_the_two_runs_recorded(province):
    """Heads and mean of newcomers as recorded; those registered here are the rest, in heads and in money, of every tenth."""
    before, after = recorded(province.baseline), recorded(province.scenarios["baseline"])
    table = parted(province, "baseline")
    assert len(table) == 22 * 10 * 2 and (table["people"] > 0).all()
    rows = table.set_index(["region", "kind", "tenth", "registration"])
    for region, kind in {(one.region, one.kind) for one in places(winners(province, "baseline"))}:
        for number, measure in enumerate(TENTHS, start=1):
            here, came = (rows.loc[(region, kind, number, part)] for part in ("registered_here", "newcomers"))
            for series, people, income in (
                (before.loc[f"{region}/{kind}"], "people_before", {"newcomers": came["before"], "here": here["before"]}),
                (
                    after.loc[f"{region}/{kind}"],
                    "people",
                    {"newcomers": came["before"] + came["difference"], "here": here["before"] + here["difference"]},
                ),
            ):
                heads = series[NEWCOMERS[number - 1]]
                assert came[people] == pytest.approx(heads, rel=1e-12)
                assert income["newcomers"] == pytest.approx(series[SUMS_OF_NEWCOMERS[number - 1]] / heads, rel=1e-9)
                assert here[people] + heads == pytest.approx(series["population"] / 10, rel=1e-12)
                whole = here[people] * income["here"] + heads * income["newcomers"]
                assert whole == pytest.approx(series["population"] / 10 * series[measure], rel=1e-9)


def test_parts_of_tenths_are_those_of_the_year_asked_for(province):
    """As of any other year: a comparison up to a year that is not the last has them too, with that year's records."""
    told = until(compare_results([province.baseline, *province.scenarios.values()], year=2015), 2015)
    cells, measures = recorded(province.scenarios["baseline"], 2015), (SUMS_OF_NEWCOMERS[0], NEWCOMERS[0])
    one = next(one for one in told.tenths("baseline") if (one.region, one.kind, one.number) == ("Lishui", "rural", 1))
    money, heads = (cells.loc["Lishui/rural", measure] for measure in measures)
    assert told.year == 2015 and one.parts[1].income.after == pytest.approx(money / heads, rel=1e-9)


def test_newcomers_of_the_tenths_stand_in_the_table_of_winners(province):
    table = winners(province, "baseline")
    for one in places(table):
        here = table[(table["region"] == one.region) & (table["kind"] == one.kind) & (table["tenth"] > WHOLE)]
        assert here["newcomers"].sum() == pytest.approx(one.newcomers, rel=1e-9)


def test_parts_of_a_tenth_by_hand():
    """A tenth of 10 with mean 6: two newcomers with 20 together leave 8 with 40; of none or all one part has no mean."""
    one, keys = {"population": 100.0, TENTHS[0]: 6.0}, ["measure", "scope", "place", "year"]
    told = [(2.0, 20.0), (0.0, 0.0), (10.0, 60.0)]
    rows = [
        ((measure, "cell", "a/urban", 2020), [value] * 3) for measure, value in (one | dict.fromkeys(TENTHS[1:], 6.0)).items()
    ]
    rows += [((NEWCOMERS[0], "cell", "a/urban", 2020), [heads for heads, _ in told])]
    rows += [((SUMS_OF_NEWCOMERS[0], "cell", "a/urban", 2020), [money for _, money in told])]
    index = pd.MultiIndex.from_tuples([row[0] for row in rows], names=keys)
    found = parts_of_tenths(pd.DataFrame([row[1] for row in rows], index=index, columns=[0, 1, 2]), 2020)
    assert found.index.get_level_values("measure").tolist() == [names[0] for names in INCOMES_OF_PARTS]
    np.testing.assert_allclose(found.to_numpy(), [[5, 6, np.nan], [10, np.nan, 6]], rtol=1e-14)
    assert parts_of_tenths(found, 2020).empty  # nothing recorded of newcomers


def test_so_much_the_parts_differ_for_nine_of_ten_people():
    """Of 100 people 85 live where the two differ by a hundredth, 10 by two, 5 by thirty."""
    columns = ["region", "kind", "tenth", "registration", "people", "share"]
    rows = [("a", "urban", 1, 60, 25, 0.05, 0.04), ("a", "urban", 2, 5, 5, 0.0, 0.02), ("b", "urban", 1, 5, 0, 0.3, 0.0)]
    told = [
        (*row[:3], name, row[3 + place], row[5 + place])
        for row in rows for place, name in enumerate(("registered_here", "newcomers"))
    ]  # fmt: skip
    table = pd.DataFrame(told, columns=columns)
    assert apart([table.iloc[:2], table.iloc[2:]]) == pytest.approx(0.02)
    assert apart([]) == 0.0


def test_cash_for_villages_does_not_ask_where_people_are_registered(province):
    """In poor villages both parts of a tenth gain, alike to a fifth: what differs is who has come and gone by then."""
    rows = parted(province, "baseline").set_index(["region", "kind", "tenth", "registration"])["share"]
    gains = rows.loc["Lishui", "rural"].unstack()
    assert (gains > 0.05).all(axis=None)
    np.testing.assert_allclose(gains["newcomers"], gains["registered_here"], rtol=0.2)
