"""Pages: server-made HTML in Chinese and English, in five rooms: look up, compare, check, query, reuse.

A room is a module here with its routes, a folder of ``queries/``, a folder of ``templates/`` and a file of messages in
each language. A page shows what its queries (.rq files) found and words from the messages; it holds no data, no rule.
"""
