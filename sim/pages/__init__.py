"""Pages: what a person looks at, figures, tables and reference pages."""
