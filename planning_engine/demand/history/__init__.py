"""What was sold: by period and slice, cleansed, with events taken out."""
