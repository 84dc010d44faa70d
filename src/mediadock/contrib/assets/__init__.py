"""Assets, unfinished uploads and the public limits: the endpoints that belong to every surface."""
