"""What is read of which service, one file each; how it is called is of ``posture/collecting``."""
