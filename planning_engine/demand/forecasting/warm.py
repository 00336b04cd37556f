"""Imported by worker processes before they fork, so that the model library loads once.

Loading it takes seconds of CPU; a fork gets it for nothing.
"""

from planning_engine.demand.methods.methods import load_models

load_models()
