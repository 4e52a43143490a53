"""`make security`: audits of the dependencies, a scan for secrets, and the security tests."""
