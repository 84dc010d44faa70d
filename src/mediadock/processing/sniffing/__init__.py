"""The parts of ``sniff``: refused heads, our table of signatures, libmagic's opinion."""
