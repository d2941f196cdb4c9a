"""Pure network modules, shared by inference and training."""
