"""Who is told of exceptions: routing rules, on-call rotas and alert channels."""
