"""The SDK's `mediadock/media` at a host that mounts the media service and no chat."""
