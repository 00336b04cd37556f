"""Frozen facts: what a company's exports say, checked and stored once."""
