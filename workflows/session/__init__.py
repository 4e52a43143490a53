"""The parts of the ClassSession workflow: its messages, commands, steps, recording and timeline."""
