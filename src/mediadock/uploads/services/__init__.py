"""One verb a file: prepare, urls, complete, abort, parts, unfinished, process, retry, delete, sweep."""
