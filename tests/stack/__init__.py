"""Real servers for tests: ``embedded`` the three behind, ``server`` the whole application, ``client`` its doors."""
