"""Drives the assistant from outside and measures it."""
