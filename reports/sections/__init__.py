"""The parts of a report, a module each: they pick and name what the tools answered, and compute nothing."""
