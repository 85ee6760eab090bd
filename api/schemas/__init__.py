"""The JSON documents that enter and leave the HTTP face."""
