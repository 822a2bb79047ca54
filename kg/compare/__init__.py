"""The record held against what it should be: ``health``, by the assertions beside the data; ``atop``, by the codes of ATOP."""
