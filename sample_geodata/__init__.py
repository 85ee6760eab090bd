"""A made-up but lifelike street office, and the script that makes it."""
