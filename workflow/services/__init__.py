"""The use cases: one function is one transaction. The only door for the web, the scheduler and the CLI."""
