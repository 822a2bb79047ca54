"""Servanda: which treaty obligations were honored, and which were not, with evidence."""

__version__ = "0.1.0"
