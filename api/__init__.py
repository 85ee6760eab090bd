"""The two faces of Wangge: HTTP and the command line."""
