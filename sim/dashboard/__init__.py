"""A page to play with: the text of one scenario, its numbers as sliders, and what comes out of it while the years pass."""
