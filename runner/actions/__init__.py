"""The contract between the runner and its hands: actions, contexts, doors."""
