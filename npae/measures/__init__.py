"""Measures of a trained model: errors, probes of the code, the Jacobian, the likelihood."""
