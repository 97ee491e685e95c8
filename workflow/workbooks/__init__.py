"""Uploaded workbooks (XLSX): read by a child process with limits, held against a template, given back marked.

Every workbook comes from outside. ``sheets`` has it read by a child (``scanning``, which needs nothing but
the standard library) that may use little time and memory and open nothing; ``templates`` says which columns
are asked for, ``rows`` reads them by their labels, ``error_files`` gives the sheet back with its reasons
(``marking``, in a child as well). Nothing is imported here: a child starts faster for it.
"""
