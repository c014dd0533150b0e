"""The hands of the year: production, trade, and the clearing of all markets at once."""
