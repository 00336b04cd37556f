"""What needs a planner's eye, ranked by the money at stake."""
