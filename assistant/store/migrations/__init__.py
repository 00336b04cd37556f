"""The history of the store's tables."""

# The newest migration, known without importing Alembic.
HEAD = "0003"
