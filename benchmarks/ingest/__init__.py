"""The recording path of the API against batched inserts alone, into one durable Postgres."""
