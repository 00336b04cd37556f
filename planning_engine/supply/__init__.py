"""What can be made, bought and moved: capacity, inventory, the constrained plan."""
