"""Data sets: one table and one card (source, unit, year, licence) each; `catalogue` reads them."""
