"""Builds the long-lived objects of each process from the settings: clients, database, services, workers."""
