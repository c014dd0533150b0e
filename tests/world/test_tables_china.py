"""The tables of the worlds `china` and `yangtze_delta`: whole, of one basis, sourced, without the years held back."""

import csv
import json
import math
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

WORLDS = Path(__file__).parents[2] / "sim" / "data" / "worlds"
NAMES = ("china", "yangtze_delta")
LONG = ["place", "kind", "origin", "year", "variable", "value", "unit", "source"]
PLACES = ["place", "name_zh", "also", "latitude", "longitude", "area_km2", "parent", "source"]
SECTORS = ("agriculture", "industry", "services")
CITIES = [
    "Hangzhou",
    "Huzhou",
    "Jiaxing",
    "Jinhua",
    "Lishui",
    "Ningbo",
    "Quzhou",
    "Shaoxing",
    "Taizhou",
    "Wenzhou",
    "Zhoushan",
]
HELD_BACK = {"disposable_income", "product", *(f"product_{sector}" for sector in SECTORS)}  # not of 2020 or later
UNITS = {
    **{"residents": "persons", "arrivals": "persons", "arrivals_inside": "persons", "start_from": "share"},
    **{"disposable_income": "yuan per head", "product": "yuan", **{f"product_{sector}": "yuan" for sector in SECTORS}},
    **{"schooling_years": "years", "farm_employment_share": "share", "home_share": "share"},
    **{"capital_stock": "yuan", "fixed_investment": "yuan", "built_up": "km2", "fields": "km2"},
    **{"expenditure": "yuan", "tax_revenue": "yuan", "distance": "km"},
    **{"consumer_price_index": "previous year = 100"},
}


def rows(world, table):
    with open(WORLDS / world / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def entry(world):
    return yaml.safe_load((WORLDS / world / "world.yaml").read_text(encoding="utf-8"))


def tables(world):
    return sorted(path.stem for path in (WORLDS / world).glob("*.csv") if path.stem not in {"parameters", "technology"})


def places(world):
    return [row["place"] for row in rows(world, "places")]


def series(world, table, variable, year, kind="all"):
    found = [row for row in rows(world, table) if (row["variable"], row["kind"]) == (variable, kind)]
    return {row["place"]: float(row["value"]) for row in found if int(row["year"]) == year and not row["origin"]}


def residents(world, year):
    """All and urban residents (persons) by place, geometrically and in the urban share linearly between censuses."""
    found = {}
    counts = {
        kind: {y: series(world, "population", "residents", y, kind) for y in (2010, year, 2020)} for kind in ("all", "urban")
    }
    for place in (*places(world), "nation"):
        if place in counts["all"][year]:
            found[place] = counts["all"][year][place], counts["urban"][year][place]
            continue
        w = (year - 2010) / 10
        (a, ua), (b, ub) = ((counts["all"][y][place], counts["urban"][y][place]) for y in (2010, 2020))
        people = a ** (1 - w) * b**w
        found[place] = people, people * ((1 - w) * ua / a + w * ub / b)
    return found


@pytest.mark.parametrize("world", NAMES)
def test_every_table_is_in_the_form_of_world_folders_and_has_a_card(world):
    for table in tables(world):
        (header, *lines) = list(csv.reader((WORLDS / world / f"{table}.csv").read_text(encoding="utf-8").splitlines()))
        assert header == (PLACES if table == "places" else LONG), table
        assert all(len(line) == len(header) for line in lines)
        card = (WORLDS / world / f"{table}.md").read_text(encoding="utf-8")
        assert card.startswith(f"# {table}.csv\n") and "**Traps.**" in card, table
        if table != "places":
            assert all(f"`{one['variable']}`" in card or f"{one['variable']}" in card for one in rows(world, table)), table
    assert {"places", "population", "income", "output", "migration", "labour", "capital", "land", "public"} <= set(
        tables(world)
    )


@pytest.mark.parametrize("world", NAMES)
def test_every_row_has_a_source_a_unit_and_a_finite_value_and_stands_once(world):
    known, seen = set(places(world)) | {"nation"}, set()
    for table in tables(world):
        for row in rows(world, table):
            assert row["source"].strip() and "recalled" not in row["source"].lower(), row
            assert row["place"] in known, row
            if table == "places":
                continue
            assert row["unit"] == UNITS[row["variable"]], row
            assert row["kind"] in (("",) if table == "distance" else ("urban", "rural", "all")), row
            value = float(row["value"])
            assert math.isfinite(value) and value > 0, row
            if row["unit"] == "share":
                assert value < 1, row
            if row["unit"] == "persons":
                assert value == round(value) or row["variable"] == "residents", row
            key = tuple(row[column] for column in LONG[:5])
            assert key not in seen, key
            seen.add(key)


@pytest.mark.parametrize("world", NAMES)
def test_incomes_and_output_end_before_the_years_held_back_for_the_test(world):
    years = {(row["variable"], int(row["year"])) for table in ("income", "output") for row in rows(world, table)}
    assert {variable for variable, _ in years} == HELD_BACK
    assert max(year for _, year in years) == 2019
    for table in tables(world):
        if table not in ("places", "income", "output"):
            assert not HELD_BACK & {row["variable"] for row in rows(world, table)}
            assert all(int(row["year"]) <= 2020 for row in rows(world, table))


def test_china_has_thirty_one_places_in_every_table():
    china = set(places("china"))
    assert len(china) == 31
    wanted = {
        "population": [("residents", kind, year) for kind in ("all", "urban") for year in range(2014, 2021)],
        "income": [("disposable_income", kind, year) for kind in ("urban", "rural", "all") for year in range(2014, 2020)],
        "output": [
            *((f"product_{one}", "all", 2014) for one in SECTORS),
            *(("product", "all", y) for y in range(2015, 2020)),
        ],
        "migration": [(one, "all", year) for one in ("arrivals", "arrivals_inside") for year in (2010, 2020)],
        "labour": [(one, "all", year) for one in ("schooling_years", "farm_employment_share") for year in (2010, 2020)],
        "capital": [("capital_stock", "all", 2014), ("fixed_investment", "all", 2014)],
        "land": [("built_up", "all", 2014), ("fields", "all", 2014)],
        "public": [("expenditure", "all", 2014), ("tax_revenue", "all", 2014)],
        "prices": [("consumer_price_index", "all", year) for year in range(2015, 2020)],
    }
    for table, series_of_table in wanted.items():
        for variable, kind, year in series_of_table:
            found = set(series("china", table, variable, year, kind)) - {"nation"}
            assert found == china, (table, variable, kind, year, found ^ china)
    assert set(series("china", "trade", "home_share", 2007)) == china - {"Tibet"}


def test_the_delta_has_its_fourteen_places_and_a_nation_to_take_them_from():
    delta = {*CITIES, "Shanghai", "Jiangsu", "Anhui"}
    assert set(places("yangtze_delta")) == delta
    assert entry("yangtze_delta")["outside"] == "nation"
    for kind in ("urban", "rural"):
        for year in range(2014, 2020):
            assert set(series("yangtze_delta", "income", "disposable_income", year, kind)) == {*delta, "nation"}
    for sector in SECTORS:
        product = series("yangtze_delta", "output", f"product_{sector}", 2014)
        assert set(product) == {*delta, "nation"}
        outside = product.pop("nation") - sum(product.values())
        assert outside > 0.7 * (outside + sum(product.values())), sector
    for variable in ("arrivals", "arrivals_inside"):
        for year in (2010, 2020):
            assert set(series("yangtze_delta", "migration", variable, year)) == delta
    assert set(series("yangtze_delta", "labour", "farm_employment_share", 2010)) == {*delta, "nation"}
    assert set(series("yangtze_delta", "capital", "fixed_investment", 2014)) == delta
    for variable in ("expenditure", "tax_revenue"):
        public, provinces = (series(world, "public", variable, 2014) for world in ("yangtze_delta", "china"))
        assert set(public) == delta
        assert sum(public[city] for city in CITIES) == pytest.approx(provinces["Zhejiang"], abs=11)
    away = {row["place"]: float(row["value"]) for row in rows("yangtze_delta", "distance") if row["origin"] == "outside"}
    assert set(away) == delta
    assert min(away, key=away.get) == "Anhui"  # the one place with the country on three sides
    assert max(away, key=away.get) == "Zhoushan"  # the islands
    assert 700 < min(away.values()) < max(away.values()) < 1200


def test_people_of_china_add_up_to_the_nation():
    for year in (2014, 2020):
        counted = series("china", "population", "residents", year)
        nation = counted.pop("nation")
        assert sum(counted.values()) == pytest.approx(nation, rel=0.01)
    counted, urban = (
        series("china", "population", "residents", 2020),
        series("china", "population", "residents", 2020, "urban"),
    )
    assert urban.pop("nation") / counted.pop("nation") == pytest.approx(
        sum(urban.values()) / sum(counted.values()), abs=0.001
    )
    assert all(urban[place] < counted[place] for place in counted)
    arrivals = series("china", "migration", "arrivals", 2020)
    assert sum(arrivals.values()) == 124_837_153  # the total that the census of 2020 published
    assert all(arrivals[place] < 0.45 * counted[place] for place in arrivals)


@pytest.mark.parametrize(("world", "part", "urban_part"), [("china", 1.0046, 1.0213), ("yangtze_delta", 0.1642, 0.1886)])
def test_the_part_of_the_nation_that_lives_in_the_places(world, part, urban_part):
    people = residents(world, 2014)
    nation = people.pop("nation")
    assert sum(one for one, _ in people.values()) / nation[0] == pytest.approx(part, abs=1e-4)
    assert sum(one for _, one in people.values()) / nation[1] == pytest.approx(urban_part, abs=1e-4)


def test_the_nation_of_the_delta_is_the_sum_of_the_provinces_on_their_own_basis():
    for kind in ("all", "urban"):
        provinces = {
            place: value
            for place, value in series("china", "population", "residents", 2014, kind).items()
            if place != "nation"
        }
        nation = series("yangtze_delta", "population", "residents", 2014, kind)["nation"]
        assert nation == pytest.approx(sum(provinces.values()), abs=31)  # each was rounded to a person
    for sector in SECTORS:
        provinces = series("china", "output", f"product_{sector}", 2014)
        provinces.pop("nation")
        assert series("yangtze_delta", "output", f"product_{sector}", 2014)["nation"] == pytest.approx(
            sum(provinces.values()), abs=31
        )
    for place in ("Shanghai", "Jiangsu", "Anhui"):
        for table, variable, kind in (("income", "disposable_income", "rural"), ("capital", "fixed_investment", "all")):
            china, delta = (series(world, table, variable, 2014, kind)[place] for world in NAMES)
            assert china == delta


@pytest.mark.parametrize("world", NAMES)
def test_the_income_of_all_lies_between_urban_and_rural_and_urban_is_higher(world):
    for year in range(2014, 2020):
        urban, rural, both = (series(world, "income", "disposable_income", year, kind) for kind in ("urban", "rural", "all"))
        assert all(1.3 < urban[place] / rural[place] < 3.6 for place in urban)
        assert all(rural[place] < both[place] < urban[place] for place in both)
        if year > 2014:
            before = series(world, "income", "disposable_income", year - 1, "rural")
            assert all(1.04 < rural[place] / before[place] < 1.16 for place in rural)


def test_mean_incomes_of_the_provinces_are_those_of_the_nation():
    for year in range(2014, 2020):
        people, towns = (series("china", "population", "residents", year, kind) for kind in ("all", "urban"))
        for kind, bound in (("urban", 0.004), ("rural", 0.008), ("all", 0.01)):
            income = series("china", "income", "disposable_income", year, kind)
            nation = income.pop("nation")
            weight = {p: {"urban": towns[p], "rural": people[p] - towns[p], "all": people[p]}[kind] for p in income}
            mean = sum(income[p] * weight[p] for p in income) / sum(weight.values())
            assert mean == pytest.approx(nation, rel=bound), (year, kind)


def test_product_is_of_one_basis_and_near_the_national_accounts():
    base = {p: sum(series("china", "output", f"product_{s}", 2014)[p] for s in SECTORS) for p in [*places("china"), "nation"]}
    after = series("china", "output", "product", 2015)
    for place in places("china"):  # the older vintage of 2014 would fall by 0.3 in Tianjin and rise by 0.2 in Yunnan
        assert 0.97 < after[place] / base[place] < 1.18, place
    nation = base.pop("nation")
    assert sum(base.values()) == pytest.approx(nation, rel=0.01)
    people = residents("china", 2014)
    per_head = {place: base[place] / people[place][0] for place in base}
    assert max(per_head, key=per_head.get) == "Beijing" and min(per_head, key=per_head.get) == "Guizhou"
    assert 20_000 < min(per_head.values()) < max(per_head.values()) < 120_000  # yuan, so that no unit of 100 million is left


@pytest.mark.parametrize(("world", "low", "high"), [("china", 0.345, 0.57), ("yangtze_delta", 0.345, 0.74)])
def test_household_income_is_a_believable_part_of_product(world, low, high):
    product = defaultdict(float)
    for sector in SECTORS:
        for place, value in series(world, "output", f"product_{sector}", 2014).items():
            product[place] += value
    urban, rural = (series(world, "income", "disposable_income", 2014, kind) for kind in ("urban", "rural"))
    for place, (people, towns) in residents(world, 2014).items():
        part = (towns * urban[place] + (people - towns) * rural[place]) / product[place]
        assert low < part < high, (place, part)


def test_cities_and_their_province_disagree_on_product_by_one_per_cent():
    city = sum(
        value for s in SECTORS for p, value in series("yangtze_delta", "output", f"product_{s}", 2014).items() if p in CITIES
    )
    province = sum(series("china", "output", f"product_{s}", 2014)["Zhejiang"] for s in SECTORS)
    assert city / province == pytest.approx(1.0096, abs=1e-4)


def test_the_start_of_registration_is_a_share_by_origin_within_a_place():
    found = defaultdict(dict)
    for row in rows("china", "migration"):
        assert bool(row["origin"]) == (row["variable"] == "start_from")
        if row["origin"]:
            found[row["place"]][row["origin"]] = float(row["value"])
    known = set(places("china")) - {"Tibet"}
    assert set(found) == known
    for place, column in found.items():
        assert set(column) == known - {place}
        assert sum(column.values()) == pytest.approx(1, abs=1e-7)
    largest = {place: max(found[place], key=found[place].get) for place in ("Beijing", "Shanghai", "Zhejiang", "Guangdong")}
    assert largest == {"Beijing": "Hebei", "Shanghai": "Anhui", "Zhejiang": "Anhui", "Guangdong": "Hunan"}


def test_migrants_of_the_delta_are_the_censuses_only_divided_anew():
    for year in (2010, 2020):
        delta, inside = (series("yangtze_delta", "migration", one, year) for one in ("arrivals", "arrivals_inside"))
        china, within = (series("china", "migration", one, year) for one in ("arrivals", "arrivals_inside"))
        for place in ("Shanghai", "Jiangsu", "Anhui"):
            assert (delta[place], inside[place]) == (china[place], within[place])
        # what lies between counties goes from one variable to the other, nobody is lost
        everybody = sum(delta[city] + inside[city] for city in CITIES)
        assert everybody == pytest.approx(china["Zhejiang"] + within["Zhejiang"], abs=22)
        assert sum(delta[city] for city in CITIES) > china["Zhejiang"]


def test_origins_inside_the_delta_are_those_of_the_provinces():
    found, china = defaultdict(dict), defaultdict(dict)
    for world, column in (("yangtze_delta", found), ("china", china)):
        for row in rows(world, "migration"):
            if row["origin"]:
                column[row["place"]][row["origin"]] = float(row["value"])
    assert set(found) == set(places("yangtze_delta"))
    for place, column in found.items():
        province = "Zhejiang" if place in CITIES else place
        assert sum(column.values()) == pytest.approx(1, abs=1e-6)
        for origin in {"Shanghai", "Jiangsu", "Anhui"} - {place}:
            assert column[origin] == china[province][origin]
        cities = [column[city] for city in CITIES if city in column]
        if place in CITIES:
            assert not cities
        else:
            assert sum(cities) == pytest.approx(china[place]["Zhejiang"], abs=1e-7)
    assert 1 - found["Shanghai"]["outside"] == pytest.approx(0.513, abs=5e-4)


def test_farming_in_the_nation_falls_and_the_outside_farms_more_than_the_delta():
    shares = [series("yangtze_delta", "labour", "farm_employment_share", year) for year in (2010, 2020)]
    assert shares[0]["nation"] == pytest.approx(0.4831, abs=1e-4) and shares[1]["nation"] == pytest.approx(0.2056, abs=1e-4)
    assert max(shares[0][city] for city in CITIES) < shares[0]["nation"]
    provinces = series("china", "labour", "farm_employment_share", 2010)
    assert provinces["Hebei"] == 0.597  # the printed percentage, not the misprinted count
    schooling = [series("china", "labour", "schooling_years", year) for year in (2010, 2020)]
    assert min(schooling[0], key=schooling[0].get) == "Tibet" and max(schooling[0], key=schooling[0].get) == "Beijing"
    assert all(5 < schooling[0][place] < schooling[1][place] < 12.5 for place in provinces)


@pytest.mark.parametrize("world", NAMES)
def test_groups_pairs_and_outlines_name_places(world):
    about, known = entry(world), set(places(world))
    assert about["base_year"] == 2014 and about["currency"] == "yuan" and tuple(about["sectors"]) == SECTORS
    for group, members in about["groups"].items():
        assert set(members) <= known and len(set(members)) == len(members), group
    drawn = {
        one["properties"]["name"]
        for one in json.loads((WORLDS / world / "boundaries.geojson").read_text("utf-8"))["features"]
    }
    assert drawn - known == ({"Hong Kong", "Macau", "Taiwan"} if world == "china" else set())
    assert known <= drawn
    called = [name for row in rows(world, "places") for name in (row["place"], row["name_zh"], *row["also"].split(";"))]
    assert len(set(called)) == len(called)


def test_the_four_regions_divide_china_and_aid_flows_from_the_coast_and_liaoning_to_the_west():
    about = entry("china")
    parents = {row["place"]: row["parent"] for row in rows("china", "places")}
    assert {name: len(members) for name, members in about["groups"].items()} == {
        "coast": 10,
        "centre": 6,
        "west": 12,
        "northeast": 3,
    }
    assert all(parents[place] == group for group, members in about["groups"].items() for place in members)
    for name, pairs in about["pairs"].items():
        for giver, receiver in pairs:
            assert parents[giver] == "coast" or giver == "Liaoning", (name, giver)
            assert parents[receiver] == "west", (name, receiver)
        assert len({giver for giver, _ in pairs}) == len(pairs)


@pytest.mark.parametrize("world", NAMES)
def test_places_lie_inside_the_box_of_their_outlines_and_cover_the_country(world):
    outlines = json.loads((WORLDS / world / "boundaries.geojson").read_text(encoding="utf-8"))["features"]
    for row in rows(world, "places"):
        (shape,) = (one["geometry"] for one in outlines if one["properties"]["name"] == row["place"])
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        points = [point for polygon in polygons for ring in polygon for point in ring]
        east, north = [point[0] for point in points], [point[1] for point in points]
        assert min(east) < float(row["longitude"]) < max(east) and min(north) < float(row["latitude"]) < max(north), row[
            "place"
        ]
    area = sum(float(row["area_km2"]) for row in rows(world, "places"))
    assert area == pytest.approx(9.487e6 if world == "china" else 355_403, rel=1e-3)
