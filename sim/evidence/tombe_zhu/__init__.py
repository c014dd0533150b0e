"""Tombe and Zhu (2019): trade and migration between thirty provinces, farm and non-farm, solved in exact changes."""
