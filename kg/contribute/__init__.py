"""Contributions: ``contribution`` adds, lists, compares and removes them, ``changes`` says which verdicts that changed, ``issue`` reads an issue form."""
