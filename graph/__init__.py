"""The agent as a LangGraph state machine: state, nodes, prompts, builder. It knows no server and no run."""
