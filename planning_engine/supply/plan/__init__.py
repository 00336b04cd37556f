"""The constrained plan: its facts, its program, its result and the audit of it."""
