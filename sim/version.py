"""The version of the program, which results write down."""

__version__ = "0.3.0"
