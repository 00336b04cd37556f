"""The aggregate plan: one quantity, one workforce, month by month."""
