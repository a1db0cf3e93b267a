"""What a board shows: orders, machines, operators and the schedule, by the figures of the tools."""
