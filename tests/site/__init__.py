"""The lessons as a site, built once."""
