"""A company's stock: projected, segmented, held to targets, and what will never sell."""
