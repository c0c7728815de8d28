"""Acuity Scheduling: appointments, read whole for a window of days, for it names no changes."""
