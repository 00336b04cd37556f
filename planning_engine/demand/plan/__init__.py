"""The demand that supply has to meet: layers, consensus, launches, netting."""
