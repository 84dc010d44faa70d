"""The object store: presigned URLs, the calls that we make to it, pinned reading. No Django here."""
