"""Data that hold for a time and a place: what kinds there are, what is in force, how staff change it."""
