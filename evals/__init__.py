"""How well a chat model reads worded questions: a set of them, a judge, a report. See docs/evaluation.md."""
