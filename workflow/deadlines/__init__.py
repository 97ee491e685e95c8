"""The clocks of an application, pure: ledgers, what follows from them on a day, and the escalation ladder."""
