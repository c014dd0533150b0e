"""Lists of what there is to choose from, made by walking and never by hand."""

from __future__ import annotations

import ast
import subprocess
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from pydantic import BaseModel, Field

from sim.cli import main
from sim.pages.plots import available, of_experiments, titles
from tests.cli.conftest import Stage, stand_in


class RoadTerms(BaseModel):
    """Public money for roads.

    A second paragraph that is for programmers.
    """

    instrument: str
    from_: int = Field(validation_alias="from", description="first year", json_schema_extra={"unit": "year"})
    until: int | None = Field(None, description="last year", json_schema_extra={"unit": "year"})
    share: float = Field(0.25, ge=0, le=0.5, description="share of revenue", json_schema_extra={"unit": "share"})
    uses: dict[str, float] = Field({"roads": 1.0}, description="what it is spent on")


PARAMETER = SimpleNamespace(
    name="trade_elasticity",
    value=4.0,
    low=1.0,
    high=10.0,
    unit="none",
    meaning="of goods",
    source="Tombe",
    assumed=True,
)
WORLD = SimpleNamespace(
    name="valley",
    regions=("valley",),
    sectors=("agriculture", "industry"),
    groups={"coast": ("valley",)},
    parameters={"trade_elasticity": PARAMETER},
    first_year=1,
    last_year=200,
)


def listed(what: str) -> str:
    answer = CliRunner().invoke(main, ["list", what])
    assert answer.exit_code == 0, answer.stderr
    return answer.stdout


@pytest.fixture
def offer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One instrument, one world, two measures of one file, one figure."""
    words = SimpleNamespace(
        instruments={"roads": RoadTerms},
        worlds={"valley": WORLD},
        measures={"theil": ("world", "region"), "theil_between_regions": ("world",), "output": ("cell",)},
    )
    stand_in(monkeypatch, "sim.vocabulary", vocabulary=lambda: words, world_words=words.worlds.get)
    stand_in(monkeypatch, "sim.economy.policies", instruments=lambda: {"roads": SimpleNamespace(Terms=RoadTerms)})
    monkeypatch.setattr("sim.data.catalogue.worlds", lambda: {"valley": {"title": "The valley"}})
    theil = SimpleNamespace(UNIT="nats", MEANING="entropy of incomes")
    stand_in(monkeypatch, "sim.analysis.measures", available=lambda: {"theil": theil})
    stand_in(monkeypatch, "sim.pages.plots", titles=lambda: {"convergence": ("Convergence", "gap by year")})


def test_instruments_show_terms_with_range_unit_default_and_meaning(offer: None) -> None:
    text = listed("instruments")
    rows = {line.split()[0]: " ".join(line.split()) for line in text.splitlines() if line.strip()}
    assert "roads: Public money for roads." in text and "programmers" not in text
    assert rows["share"] == "share 0 to 0.5 share 0.25 share of revenue"
    assert rows["from"] == "from year needed first year"
    assert rows["until"] == "until year last year"
    assert rows["uses"] == "uses name: number roads: 1 what it is spent on"
    assert list(rows)[-2:] == ["from", "until"]  # own terms first


def test_every_series_has_a_unit_and_a_meaning_of_its_own() -> None:
    text = " ".join(listed("measures").split())
    assert "gini world index 0 to 1" in text
    assert "real_income_per_head" in text
    from sim.analysis.measures import series

    meanings = [entry.meaning for entry in series().values()]
    assert len(set(meanings)) == len(meanings)
    assert all(entry.unit for entry in series().values())


def test_titles_read_from_the_files_are_those_of_the_figures() -> None:
    modules = available() | of_experiments()
    assert titles() == {name: (module.TITLE, module.MEANING) for name, module in modules.items()}


def test_figures_worlds_and_scenarios(offer: None) -> None:
    assert "convergence Convergence gap by year" in " ".join(listed("figures").split())
    text = listed("worlds")
    assert "valley, 1 to 200" in text and "groups: coast: valley" in text
    assert "trade_elasticity 4 1 to 10 none of goods assumed; Tombe" in " ".join(text.split())
    rows = [" ".join(line.split()) for line in listed("scenarios").splitlines()]
    assert "scenarios/aid.yaml Aid What does Aid do?" in rows
    assert "scenarios/broken.yaml cannot be run, see factorflow check scenarios/broken.yaml" in rows


@pytest.mark.parametrize("what", ["instruments", "scenarios"])
def test_lists_start_at_once_since_nothing_heavy_is_loaded(what: str) -> None:
    """No compiler, no data frames, no agents, no drawing; the floors of NumPy and pydantic are all a list stands on."""
    told = "import sys; from sim.cli import main\ntry: main()\nfinally: print(sorted(sys.modules), file=sys.stderr)"
    answer = subprocess.run([sys.executable, "-c", told, "list", what], capture_output=True, text=True, check=True)
    loaded = ast.literal_eval(answer.stderr.splitlines()[-1])
    assert {"numpy", "pydantic", "sim.pages.listing"} <= set(loaded)
    assert not {"numba", "scipy", "pandas", "pyarrow", "mesa", "matplotlib"} & set(loaded)
