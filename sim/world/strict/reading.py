"""From a folder that a user wrote to the tables of a world, with every fault of every file in one answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sim.data import catalogue
from sim.data.catalogue import Parameter
from sim.data.folder import BOUNDARIES, ENTRY, REQUIRED, TABLES, WorldFolder
from sim.errors import Fault
from sim.world.strict.contents import bounded, contents, text_of
from sim.world.strict.entry import NAME, NAME_WORDS, TAKEN, check_groups, entry
from sim.world.strict.long import check_table
from sim.world.strict.noted import WHOLE, Noted, WorldFaults
from sim.world.strict.outlines import check_outlines
from sim.world.strict.places import places
from sim.world.strict.whole import check_base_year
from sim.world.strict.wide import check_parameters, check_technology

_RESERVED = ("new", "check")  # what `factorflow world` is asked to do
# parameters that a world may have and the shared table has not
_OWN = {
    "wage_gap": Parameter("wage_gap", 0.4, "log points", -1, 2, True, "log urban over rural wage in the base year", "assumed")
}


def read_world(path: Path, called: str | None = None) -> WorldFolder:
    """The world in a folder, named after it; raises WorldFaults with everything that is wrong with it."""
    found, faults = folder_at(path, called)
    if found is None or faults:
        raise WorldFaults(faults)
    return found


def folder_at(path: Path, called: str | None = None) -> tuple[WorldFolder | None, list[Fault]]:
    """The world in a folder and what is wrong with it; `called` is how faults name the folder."""
    called = str(path) if called is None else called
    name = path.name or path.absolute().name
    noted = Noted(called)
    files = contents(path, noted)
    if not files:
        if not noted.faults:
            noted.add("", 1, "(whole folder)", f"holds no {ENTRY}; `factorflow world new NAME` writes a folder to edit.")
        return None, noted.faults
    return read_contents(name, files, called, noted.faults)


def read_contents(
    name: str, files: Mapping[str, bytes], called: str | None = None, before: list[Fault] | None = None
) -> tuple[WorldFolder | None, list[Fault]]:
    """The world that files make and what is wrong with it; a world only where nothing is."""
    noted = Noted(name if called is None else called, list(before or ()))
    _check_name(name, noted)
    found = WorldFolder(name, dict(files))
    noted.faults = faults_of(found, noted.folder, noted.faults)
    return (None if noted.faults else found), sorted(set(noted.faults))


def check_name(path: Path) -> None:
    """Raise WorldFaults where a folder of that name could be no world."""
    noted = Noted(str(path))
    _check_name(path.name, noted)
    if noted.faults:
        raise WorldFaults(noted.faults)


def _check_name(name: str, noted: Noted) -> None:
    if not NAME.fullmatch(name) or name in TAKEN or name in _RESERVED:
        noted.add("", 1, "(name of the folder)", f"must be {NAME_WORDS}, and no word with a meaning of its own.", name)
    elif name in catalogue.worlds():
        noted.add("", 1, "(name of the folder)", "is the name of a shipped world; give the folder another.", name)


def faults_of(here: WorldFolder, called: str, before: list[Fault] | None = None) -> list[Fault]:
    """Everything that is wrong with the files of a world, whatever its name."""
    noted = Noted(called, list(before or ()))
    files = here.files
    bounded(files, noted)
    for needed in (ENTRY, "places.csv", *(f"{table}.csv" for table in REQUIRED)):
        if needed not in files and not noted.of(needed):
            noted.add(needed, 1, WHOLE, "is missing; every world has it.")
    texts = {file: text for file in sorted(files) if (text := text_of(files, file, noted)) is not None}
    if ENTRY not in texts:
        return noted.faults
    words, said = entry(texts[ENTRY], noted)
    if words is None or "places.csv" not in texts:
        return noted.faults
    names = places(texts["places.csv"], here.name, words, noted)
    if not names or noted.of("places.csv"):
        return noted.faults
    check_groups(said, names, texts[ENTRY], noted)
    for table in TABLES:
        if f"{table}.csv" in texts:
            check_table(table, texts[f"{table}.csv"], words, names, noted)
    if "technology.csv" in texts:
        check_technology(texts["technology.csv"], words, noted)
    elif words.sectors != shared_sectors():
        said_here = f"must be given: without it the sectors are {', '.join(shared_sectors())}."
        noted.add("technology.csv", 1, WHOLE, said_here)
    if "parameters.csv" in texts:
        check_parameters(texts["parameters.csv"], catalogue.shared_parameters(here), _OWN, noted)
    if BOUNDARIES in texts:
        check_outlines(texts[BOUNDARIES], names, noted)
    if not noted.faults:
        check_base_year(here, noted)
    return noted.faults


def shared_sectors() -> tuple[str, ...]:
    """The sectors of worlds that have no technology of their own."""
    return tuple(row["sector"] for row in catalogue.shared_technology())
