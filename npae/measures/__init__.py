"""What a trained model can do, in numbers: errors, probes of the code, the Jacobian, the likelihood."""
