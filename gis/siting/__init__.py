"""Where to build next: places that most households without a kind could walk to."""
