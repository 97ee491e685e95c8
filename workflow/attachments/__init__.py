"""Scans and photographs that people upload: what a file is by its content, and the folder that keeps them.

Knows no application and no database: which place of the form a file belongs to says
``workflow/form/attachments.py``, who may add and see it ``workflow/services/attachments.py``.
"""
