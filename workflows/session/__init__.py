"""What the story of a class is made of: its messages, steps, recording and timeline."""
