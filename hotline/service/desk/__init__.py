"""What staff do beside calls: their accounts, shifts and care, casework, testimonies, figures, and what their pages show."""
