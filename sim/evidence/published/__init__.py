"""Published effects: experiments that others have measured, run in the model and held against acceptable bands."""
