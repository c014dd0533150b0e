"""Published models that the product must reproduce, one folder each; `factorflow validate` runs them."""
