"""The statistics of doubt, as pure functions on arrays: what luck does, what we do not know, what they do together."""
