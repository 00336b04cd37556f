"""S&OP cycles: what moved between two, why, and what was decided."""
