"""Media that tests make for themselves: nothing here is a file from somewhere."""
