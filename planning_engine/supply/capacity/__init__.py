"""Load against hours: routings, rough-cut methods, and where a resource overflows."""
