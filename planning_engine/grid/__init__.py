"""The S&OP grid: the months behind and ahead, family by family."""
