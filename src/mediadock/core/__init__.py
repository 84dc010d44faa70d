"""What decides: pure values and functions on the standard library alone.

``errors`` · ``states`` · ``filetypes`` · ``names`` · ``profiles`` · ``parts`` · ``keys`` · ``policy``
"""
