"""Asking DNS: the only room that sends a query. Who is asked, where and how long are arguments."""
