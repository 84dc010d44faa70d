"""Chat: messages with attachments, the sender's one file or a whole album, fanned in to ``sent``."""
