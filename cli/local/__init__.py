"""The whole stack on one machine: real servers, started, watched and stopped by one supervisor."""
