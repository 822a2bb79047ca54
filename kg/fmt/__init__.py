"""The one form of a Turtle file: ``canonical`` reads and compares, ``layout`` writes."""
