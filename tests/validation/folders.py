"""Where the observed shares of Tombe and Zhu (2019) lie beside the project, and a made-up folder of the same form."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.evidence.tombe_zhu import published

PLACE = Path("shared/data/tombe_zhu")


def observed_folder():
    """The folder of observed shares, found upward from the project; skips where there is none."""
    for parent in Path(__file__).resolve().parents:
        if (parent / PLACE / "provinces.csv").is_file():
            return parent / PLACE
    pytest.skip(f"the observed shares are not in {PLACE} of any parent folder; they have no licence to pass on")


def made_up_folder(folder, seed=1):
    """Tables in the form of the observed ones, every number drawn."""
    generator = np.random.default_rng(seed)
    provinces = sorted(published.region8())
    cells = [f"{province}|{sector}" for province in provinces for sector in published.SECTORS]
    labels = [*provinces, "International"]
    larger = np.array([published.region8().get(name, name) for name in labels])

    def save(name, values, rows):
        pd.DataFrame(values, index=rows, columns=rows).to_csv(folder / name)

    for year in (2000, 2005):
        weight = np.exp(generator.normal(-7, 0.5, (60, 60))) + np.diag(generator.uniform(5, 10, 60))
        save(f"migration_shares_{year}.csv", weight / weight.sum(axis=1, keepdims=True), cells)
    weight = np.exp(generator.normal(-6, 0.3, (31, 31))) + np.eye(31)
    weight[-1, :-1] /= 200
    save("trade_shares_nonag_2002.csv", weight / weight.sum(axis=1, keepdims=True), labels)
    number = np.unique(larger, return_inverse=True)[1]
    for sector in published.SECTORS:
        for year in (2002, 2007):
            index = np.exp(generator.normal(8 - (year - 2002) / 10, 0.5, (9, 9)))
            index = np.sqrt(index * index.T)
            np.fill_diagonal(index, 1.0)
            save(f"head_ries_{sector}_{year}.csv", index[np.ix_(number, number)], labels)
    table = pd.DataFrame({"province": np.repeat(provinces, 2), "sector": list(published.SECTORS) * 30})
    for column in ("employment_2000_m", "employment_2005_m", "registrants_2000_m", "registrants_2005_m"):
        table[column] = generator.uniform(3, 20, 60)
    table["real_gdp_per_worker_2000_rel"] = np.tile([0.3, 1.2], 30) * generator.uniform(0.8, 1.2, 60)
    table["real_gdp_per_worker_growth_2000_2005"] = generator.uniform(1.3, 1.8, 60)
    table["nominal_gdp_2000_rel"] = np.tile([0.3, 1.7], 30) * generator.uniform(0.8, 1.2, 60)
    table.to_csv(folder / "provinces.csv", index=False)
    return folder
