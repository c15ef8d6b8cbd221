"""What is there: the services the company runs, with the categories everything attaches to."""
