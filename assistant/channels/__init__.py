"""Thin adapters between a person and the conversation."""
