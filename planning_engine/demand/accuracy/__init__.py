"""How wrong forecasts were, and which step or person made them better."""
