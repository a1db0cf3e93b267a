"""Capacity reports: what a planner is told of the weeks ahead without asking, and the forms it comes in."""
