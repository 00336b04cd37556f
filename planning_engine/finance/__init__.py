"""The plan in money: statement, bridge to the budget, premiums and cash."""
