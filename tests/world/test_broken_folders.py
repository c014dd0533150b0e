"""Broken world folders: each gets one clear answer that names file and line, what was found and what is allowed; exit 2."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.data import catalogue
from sim.data.folder import WorldFolder
from sim.world.strict import faults_of, folder_at
from sim.world.strict.contents import MAX_ENTRY

RIVERLAND = Path(str(catalogue._DATA)) / "worlds" / "riverland"
Edit = Callable[[Path], None]


def replaced(file: str, old: str, new: str, count: int = 1) -> Edit:
    """Text of a file in place of other text."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, (file, old)
        (folder / file).write_text(text.replace(old, new, count), encoding="utf-8")

    return edit


def cut(file: str, start: str) -> Edit:
    """A file without the lines that start so."""

    def edit(folder: Path) -> None:
        lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(start)]
        assert len(kept) < len(lines)
        (folder / file).write_text("".join(kept), encoding="utf-8")

    return edit


def added(file: str, *lines: str) -> Edit:
    """A file with lines more; a new one where there is none."""

    def edit(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write("".join(f"{line}\n" for line in lines))

    return edit


def bytes_of(file: str, content: bytes) -> Edit:
    return lambda folder: (folder / file).write_bytes(content) and None


def twice(file: str, start: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        line = next(one for one in text.splitlines() if one.startswith(start))
        (folder / file).write_text(f"{text}{line}\n", encoding="utf-8")

    return edit


def linked(file: str) -> Edit:
    def edit(folder: Path) -> None:
        elsewhere = folder.parent / "elsewhere.csv"
        (folder / file).rename(elsewhere)
        (folder / file).symlink_to(elsewhere)

    return edit


LONG = "place,kind,origin,year,variable,value,unit,source"
SHARES = "sector,labour_share,capital_share,land_share,value_added_share,materials_agriculture,materials_industry,"
TECHNOLOGY = [
    SHARES + "materials_services,segmentation,local_cost,product,source",
    "agriculture,0.5,0.25,0.25,0.6,0.3,0.5,0.2,0.3,0,product_agriculture,invented",
    "industry,0.45,0.51,0.04,0.3,0.05,0.78,0.17,0.2,0,product_industry,invented",
]
S = "invented: a round number of no real place"
HIGH = "Highsource,urban,,2010,residents,300000,persons"

# what is edited: file and line of the fault, words of the answer
BROKEN: dict[str, tuple[Edit, str, str]] = {
    "no world.yaml": (lambda f: (f / "world.yaml").unlink(), "world.yaml: 1", "is missing; every world has it"),
    "no places": (lambda f: (f / "places.csv").unlink(), "places.csv: 1", "is missing"),
    "no income": (lambda f: (f / "income.csv").unlink(), "income.csv: 1", "is missing"),
    "an unknown word": (added("world.yaml", "curency: x"), "line 13", 'no such word. Did you mean "currency"?'),
    "a word left out": (cut("world.yaml", "currency"), "world.yaml: 1", "lacks currency"),
    "a word twice": (
        added("world.yaml", "base_year: 2011"),
        "line 13  base_year",
        "is given twice; the first time in line 3",
    ),
    "a year that is text": (replaced("world.yaml", "2010", '"2010"'), "line 3", "must be a whole number from 1800 to 2500"),
    "years the wrong way": (replaced("world.yaml", "2060", "2009"), "line 4", "1 to 500 years after base_year 2010"),
    "an unknown outside": (replaced("world.yaml", "none", "nations"), "line 7", 'Did you mean "nation"?'),
    "a sector of two words": (
        replaced("world.yaml", "industry", "Heavy Industry"),
        "line 6",
        "list of words of small letters",
    ),
    "other sectors": (replaced("world.yaml", "industry", "crafts"), "technology.csv: 1", "must be given: without it"),
    "a group of nobody": (replaced("world.yaml", "[Highsource, S", "[Highsorce, S"), "line 10", 'mean "Highsource"?'),
    "a group twice": (replaced("world.yaml", "[Highsource, Stonebridge]", "[Redfield, Redfield]"), "line 10", "named twice"),
    "no mapping": (bytes_of("world.yaml", b"- a\n"), "world.yaml: 1", "must be a mapping"),
    "an alias of YAML": (replaced("world.yaml", "none", "*x"), "line 7", "aliases (*x) are not allowed"),
    "not closed": (replaced("world.yaml", "[the River", '["the River'), "line 8", "not closed"),
    "a huge world.yaml": (added("world.yaml", "#" * MAX_ENTRY), "world.yaml: 1", "is larger than 256 KiB"),
    "an empty table": (bytes_of("income.csv", b"\n"), "income.csv: 1", "is empty"),
    "NUL bytes": (bytes_of("income.csv", b"place\0,kind"), "income.csv: 1", "holds a NUL byte"),
    "not UTF-8": (
        replaced("income.csv", "invented", "erfunden") and bytes_of("income.csv", b"a\n\xff"),
        "line 2",
        "not UTF-8",
    ),
    "what nobody sees": (replaced("income.csv", "invented", "in\u202evented"), "line 2", "U+202E, which nobody can see"),
    "no header": (cut("income.csv", "place"), "line 1  header = Highsource", "there is no such column"),
    "another column": (replaced("income.csv", "origin", "orign"), "line 1  header = orign", 'Did you mean "origin"?'),
    "columns in another order": (replaced("income.csv", "place,kind", "kind,place"), "line 1", "must be, in this order"),
    "a field less": (replaced("population.csv", HIGH, HIGH.replace(",,", ",")), "line 2", "has 7 fields; a row has 8"),
    "a comma in a field": (replaced("population.csv", S, "me, you"), "line 2", "A field that holds a comma needs quotes"),
    "open quotes": (replaced("population.csv", S, '"me'), "line 2", "quotes that are not closed"),
    "spaces": (replaced("population.csv", "Highsource,", "Highsource ,"), "line 2  place", "spaces before or after it"),
    "an unknown place": (replaced("population.csv", "Redfield", "Redfeld"), "line 8  place = Redfeld", '"Redfield"?'),
    "an unknown kind": (replaced("population.csv", "urban", "city"), "line 2  kind = city", "urban or rural or all"),
    "a kind it has not": (replaced("output.csv", ",all,", ",urban,"), "line 2  kind = urban", "must be all"),
    "an origin it has not": (replaced("output.csv", ",all,,", ",all,Redfield,"), "line 2  origin", "must be empty"),
    "no year": (replaced("output.csv", "2010", "10"), "line 2  year = 10", "whole number from 1800 to 2500"),
    "an unknown variable": (replaced("income.csv", "disposable_income", "income"), "line 2", '"disposable_income"?'),
    "the variable of another table": (
        replaced("income.csv", "disposable_income", "residents"),
        "line 2",
        "no variable of income",
    ),
    "thousands": (replaced("output.csv", "crown", "million crown"), "line 2  unit", "must be exactly crown; convert"),
    "another currency": (
        replaced("income.csv", "crown per head", "yuan per head"),
        "line 2",
        "must be exactly crown per head",
    ),
    "a separator": (replaced("population.csv", "300000", '"300,000"'), "line 2  value = 300,000", "without separators"),
    "no number": (replaced("population.csv", "300000", "many"), "line 2  value = many", "must be a number from 1 to 5e+09"),
    "not a number": (replaced("population.csv", "300000", "nan"), "line 2  value = nan", "must be a number"),
    "infinite": (replaced("population.csv", "300000", "1e999"), "line 2  value = 1e999", "must lie from"),
    "negative": (replaced("population.csv", "300000", "-3"), "line 2  value = -3", "must lie from 1 to 5e+09"),
    "empty": (replaced("population.csv", "300000", ""), "line 2  value = (empty)", "Leave out a row that has no value"),
    "per cent": (added("trade.csv", LONG, f"Redfield,all,,2010,home_share,70%,share,{S}"), "line 2", "Give shares as 0.12"),
    "a share above one": (added("trade.csv", LONG, f"Redfield,all,,2010,home_share,70,share,{S}"), "line 2", "from 0 to 1"),
    "twice": (twice("income.csv", "Redfield,rural"), "line 18  Redfield", "a second time; the first is in line 9"),
    "no source": (replaced("income.csv", S, ""), "line 2  source", "every row says where it comes from"),
    "recalled": (replaced("income.csv", S, "recalled from a lecture"), "line 2  source", "recalled, not looked up"),
    "a place twice": (twice("places.csv", "Redfield"), "line 10  place = Redfield", "the first is in line 5"),
    "a place without a name": (replaced("places.csv", "Redfield", "Red field"), "line 5", "plain letters, digits, _ and -"),
    "a name with a meaning": (replaced("places.csv", "Redfield", "urban"), "line 5  place = urban", "meaning of its own"),
    "half a position": (replaced("places.csv", "45.3,12", ",12"), "line 5  latitude", "give both or none"),
    "beyond the pole": (replaced("places.csv", "45.3,12", "145.3,12"), "line 5  latitude = 145.3", "from -90 to 90"),
    "one without a position": (replaced("places.csv", "45.3,12", ","), "line 5  latitude", "for every place or for none"),
    "a name of two": (
        replaced("places.csv", "the Ford", "the Mouth"),
        "line 9  also = the Mouth",
        "also a name of Greatford",
    ),
    "outside in a closed world": (added("places.csv", f"outside,,,1,1,1,,{S}"), "line 10  place = outside", "outside: none"),
    "villages left out": (cut("population.csv", "Redfield,rural"), "population.csv: 1", "is missing for Redfield"),
    "incomes left out": (cut("income.csv", "Redfield"), "disposable_income (rural)", "is missing for Redfield; every place"),
    "a product left out": (cut("output.csv", "Redfield"), "product_services", "is missing for Redfield"),
    "some schooling": (
        cut("labour.csv", "Redfield"),
        "schooling_years",
        "is missing for Redfield; every place has it, or none",
    ),
    "no village": (
        replaced("population.csv", "rural,,2010,residents,1400000", "all,,2010,residents,700000"),
        "rural res",
        "are 0;",
    ),
    "millions for units": (replaced("output.csv", "0000000,crown", ",crown", 99), "household income is", "Look at the units"),
    "towns too poor": (replaced("income.csv", "30000", "3000"), "Rivermouth 2010", "is found in economies"),
    "distances and no coordinates": (
        lambda f: (f / "places.csv").write_text(
            re.sub(r",[\d.]+,[\d.]+,(\d+),", r",,,\1,", (f / "places.csv").read_text()), encoding="utf-8"
        ),
        "distance.csv: 1",
        "no distance between Greatford and Highsource and 27 more pairs",
    ),
    "a file nobody reads": (added("incomes.csv", LONG), "incomes.csv: 1", 'no file of a world. Did you mean "income.csv"?'),
    "a link that leads out": (linked("income.csv"), "income.csv: 1", "a link that leads out of the folder"),
    "a folder for a file": (lambda f: (f / "trade.csv").mkdir(), "trade.csv: 1", "is not a plain file"),
    "an unknown parameter": (
        added("parameters.csv", f"mobility_of_labour,1,share,0,1,yes,x,{S}"),
        "line 3",
        "no parameter of a world",
    ),
    "a parameter out of range": (
        added("parameters.csv", f"labour_mobility,2,share per year,0,1,yes,x,{S}"),
        "line 3  value = 2",
        "from 0 to 1",
    ),
    "a wider range": (
        added("parameters.csv", f"labour_mobility,0.2,share per year,0,7,yes,x,{S}"),
        "line 3  high = 7",
        "from 0 to 1",
    ),
    "shares that do not add up": (
        added("technology.csv", *TECHNOLOGY, "services,0.5,0.4,0.04,0.5,0.1,0.4,0.5,0.3,0.7,product_services,invented"),
        "line 4  labour_share + capital_share + land_share = 0.94",
        "must add up to 1",
    ),
    "a sector without technology": (
        added("technology.csv", *TECHNOLOGY),
        "technology.csv: 1",
        "sectors of world.yaml in their",
    ),
    "no JSON": (bytes_of("boundaries.geojson", b'{"type": '), "boundaries.geojson: 1", "is not JSON"),
    "no collection": (bytes_of("boundaries.geojson", b"[]"), "boundaries.geojson: 1", "FeatureCollection"),
    "an outline of nobody": (
        replaced("boundaries.geojson", "Redfield", "Redfeld"),
        "features.3.properties.name",
        '"Redfield"?',
    ),
    "an open ring": (replaced("boundaries.geojson", "[10, 46]]]", "[10, 46.5]]]"), "features.0", "must end where it starts"),
    "outlines from nowhere": (
        replaced("boundaries.geojson", '"source": "invented", ', ""),
        "line 1  source",
        "where the outlines come from",
    ),
    "a seat on the moon": (
        replaced("boundaries.geojson", "10.5, 46.5", "10.5, 460"),
        "features.0.properties.seat",
        "longitude",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound folder of a user's own."""
    copy = tmp_path / "valley"
    shutil.copytree(RIVERLAND, copy)
    return copy


def test_there_are_sixty_of_them_and_the_sound_one_is_sound(folder: Path) -> None:
    assert len(BROKEN) >= 60
    found, faults = folder_at(folder)
    assert faults == [] and found is not None and found.name == "valley" and len(found.places) == 8


@pytest.mark.parametrize(("edit", "where", "words"), BROKEN.values(), ids=BROKEN)
def test_one_clear_answer_and_nothing_written(folder: Path, edit: Edit, where: str, words: str) -> None:
    edit(folder)
    before = sorted(path.relative_to(folder.parent) for path in folder.parent.rglob("*"))
    answer = CliRunner().invoke(main, ["world", "check", str(folder)])
    said = " ".join(answer.stderr.split())
    assert answer.exit_code == 2 and answer.stdout == "", answer.output
    place = " ".join(re.sub(r"^(\S+): 1$", r"\1: 1 fault", where).split())
    assert place in said and " ".join(words.split()) in said, answer.stderr
    assert "Traceback" not in said and len(said) < 3_000
    assert sorted(path.relative_to(folder.parent) for path in folder.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["zhejiang", "riverland", "two_cells", "new", "check", "all", "2valleys", "a b"])
def test_names_that_are_taken_or_are_none(folder: Path, name: str) -> None:
    other = folder.with_name(name)
    folder.rename(other)
    found, faults = folder_at(other)
    assert found is None and [fault.path.split(" = ")[0] for fault in faults] == ["(name of the folder)"]


def test_all_faults_come_at_once_with_their_lines(folder: Path) -> None:
    for edit, _, _ in (BROKEN["negative"], BROKEN["no source"], BROKEN["beyond the pole"]):
        edit(folder)
    replaced("places.csv", "145.3", "45.3")(folder)  # without sound places nothing else can be judged
    replaced("output.csv", "2010", "MMX")(folder)
    _, faults = folder_at(folder, "valley")
    assert [(fault.file, fault.line) for fault in faults] == [
        ("valley/income.csv", 2),
        ("valley/output.csv", 2),
        ("valley/population.csv", 2),
    ]


def test_a_mark_in_front_and_other_ends_of_lines_are_fine(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    found, faults = folder_at(folder)
    plain = catalogue.tables("riverland")
    assert faults == [] and found is not None and found.series == plain.series and found.places == plain.places


@pytest.mark.parametrize("name", catalogue.shipped_folders())
def test_every_shipped_world_is_read_without_a_fault(name: str) -> None:
    assert faults_of(catalogue.tables(name), name) == []


def test_pipes_are_not_waited_for(folder: Path) -> None:
    (folder / "income.csv").unlink()
    os.mkfifo(folder / "income.csv")
    _, faults = folder_at(folder)
    assert "is not a plain file." in [fault.message for fault in faults]


def changed(name: str, file: str, edit: Callable[[str], str]) -> list[str]:
    """What is wrong with a shipped world, one of its tables edited line by line."""
    whole = catalogue.tables(name)
    lines = whole.files[file].decode("utf-8").splitlines()
    text = "\n".join(line for line in map(edit, lines) if line)
    world = WorldFolder("mine", {**whole.files, file: text.encode("utf-8")})
    return [f"{fault.file}: {fault.path} {fault.message}" for fault in faults_of(world, "mine")]


def test_the_rest_of_the_country_needs_totals_that_leave_something() -> None:
    without = changed("zhejiang", "output.csv", lambda line: "" if line.startswith("nation") else line)
    assert len(without) == 3 and all("is missing for nation; every place needs it." in one for one in without)

    def small(line: str) -> str:
        fields = line.split(",")
        fields[5] = "1000000" if fields[0] == "nation" and fields[4] == "product_agriculture" else fields[5]
        return ",".join(fields)

    (short,) = changed("zhejiang", "output.csv", small)
    assert "of the nation 1e+06: nothing is left outside." in short and short.startswith(
        "mine/output.csv: product_agriculture"
    )
    near = changed("zhejiang", "distance.csv", lambda line: "" if line.startswith("Hangzhou") else line)
    assert near == ["mine/distance.csv: (whole file) no distance between Hangzhou and outside: give it."]


def test_counts_by_distance_need_every_place() -> None:
    short = changed("zhejiang", "migration.csv", lambda line: "" if line.startswith("Quzhou") else line)
    assert len(short) == 3 and all("is missing for Quzhou" in one for one in short)
