"""Lot sizes over time: the rules of the trade, the optimum, and its check."""
