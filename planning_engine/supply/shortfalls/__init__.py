"""Why a plan falls short: what is late, what binds, and what it would take."""
