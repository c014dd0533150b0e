"""Experiments: replicates of a scenario, where they are run and what they cost."""
