"""One verb a file: prepare, urls, complete, abort, parts, process, retry, delete, sweep."""
