"""Rigs over whole commands: their faults, deaths and histories, by the thousand."""
