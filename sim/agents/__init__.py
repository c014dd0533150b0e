"""Who: labour, capital and land as agents over columns, and the one rule by which all three choose a place."""
