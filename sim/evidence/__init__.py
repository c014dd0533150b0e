"""Evidence: what the model says where the answer is known."""
