"""Where: cells, regions, distances, barriers, and the base year they start from."""
