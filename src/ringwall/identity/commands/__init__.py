"""Commands about people, programs and their sessions."""
