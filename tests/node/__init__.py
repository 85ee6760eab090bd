"""Programs of other projects that judge what Wangge serves, run by node."""
