"""What is stored: tables, their types, and how a connection is opened."""
