"""The local stack: real PostgreSQL, Redis and SeaweedFS from wheels, and a supervisor for everything.

``stack`` puts the servers together · ``postgres`` ``redis`` ``seaweedfs`` one server each ·
``program`` what to run · ``child`` one that runs · ``supervisor`` all that run · ``warden`` the last to leave ·
``up`` the command.
"""
