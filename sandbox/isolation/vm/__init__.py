"""Level `vm`: gVisor's `runsc`, its plan, and what of it is seen from outside."""
