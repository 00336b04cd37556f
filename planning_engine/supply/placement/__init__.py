"""Where along a network safety stock belongs, under guaranteed service."""
