"""What people make, kept in one SQL store."""
