"""The demo company: a beverage maker, generated from a seed, with planted facts."""

from planning_engine.data.sample.company import company_toml, snapshot, tables, write_tables

__all__ = ["company_toml", "snapshot", "tables", "write_tables"]
