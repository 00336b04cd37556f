"""What can be promised: from stock and plan, or from a new order on top."""
