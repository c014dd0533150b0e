"""What is drawn in an experiment: distributions in a scenario's words, designs that fill them, candidates of a search."""
