"""What only code can be asked: how Terraform itself is told to work."""
