"""Economy: its state and law, public money, accounts, growth, markets and policies."""
