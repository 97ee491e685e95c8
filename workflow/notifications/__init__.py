"""What people are told: the outbox, and how its messages leave the house."""
