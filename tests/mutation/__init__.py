"""Changes made on purpose: does a test fail when a sign, a weight or an index of the model is changed?"""
