"""Strict reading of a world folder that a user wrote: every fault of every file in one answer, with its line."""

from sim.world.strict.noted import WorldFaults
from sim.world.strict.reading import check_name, faults_of, folder_at, read_contents, read_world

__all__ = ["WorldFaults", "check_name", "faults_of", "folder_at", "read_contents", "read_world"]
