"""The words and the rules of Homeroom. Pure: no clock, no ids made, no randomness, no IO; `now` is an argument."""
