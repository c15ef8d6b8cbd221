"""Plumbing every module stands on: configuration, processes, database, jobs, discovery."""
