"""What the measurements stand on: a real PostgreSQL, applications that await review, and the rivals."""
