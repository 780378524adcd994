"""Checking over HTTP: a stranger's catalogue goes through the same function as on the command line, in its own process.

Place in the flow: HTTP. ``routes`` takes the file and answers, ``runner`` starts and kills the processes, ``jobs``
keeps what belongs to a check for a day, ``worker`` is the process.
"""
