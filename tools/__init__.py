"""The typed tools: every figure of an answer comes from one of them."""
