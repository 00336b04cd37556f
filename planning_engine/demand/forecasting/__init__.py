"""From a history to a forecast: selection, intervals, levels that add up."""
