"""What the database itself holds to: its migrations and its guards."""
