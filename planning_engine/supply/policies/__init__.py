"""Inventory theory: how much to order and to hold, one place or one chain at a time."""
