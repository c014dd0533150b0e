"""What is asked: the scenario language, its words, its one-page schema and its strict loader."""
