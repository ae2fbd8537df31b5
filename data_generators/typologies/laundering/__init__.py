"""Laundering: AMLSim's eight shapes of money's way, one file each."""
