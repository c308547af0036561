"""What gets trained: small seeded trainings on real data."""
