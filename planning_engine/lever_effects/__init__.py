"""What each kind of lever does to the tables of a company."""
