"""What must be there and when: gross to net through the bill of materials."""
