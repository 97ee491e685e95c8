"""Workbooks from outside."""
