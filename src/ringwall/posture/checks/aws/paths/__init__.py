"""Ways from the internet to what is confidential."""
