"""Alerts: a condition on a figure, told once when it becomes true."""
